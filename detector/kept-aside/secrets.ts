import { randomInt } from 'node:crypto'
import { digits, hex, lower, of, oneOf, upper, uuid, word } from '../random-text.ts'

const words = [
  'river',
  'Falcon',
  'copper',
  'Maple',
  'sunset',
  'Tiger',
  'orbit',
  'Velvet',
  'harbor',
  'Pepper',
  'winter',
  'Rocket',
  'cactus',
  'Summer',
  'juniper',
  'Dragon',
  'lantern',
  'Bailey',
  'marble',
  'Ginger',
] as const
const oneWord = () => oneOf(words, 'river')

/** Shuffled, so that no sign has a place of its own. */
function mixed(length: number, signs: string): string {
  const all =
    `${of(lower, 2)}${of(upper, 2)}${of(digits, 2)}${of(signs, 2)}${of(lower + upper + digits + signs, length - 8)}`.split(
      '',
    )
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1)
    const char = all[at] ?? ''
    all[at] = all[other] ?? ''
    all[other] = char
  }
  return all.join('').replace(/^[^A-Za-z0-9]/, 'k')
}

/** As people choose passwords and as password managers make them. */
export const password = (): string =>
  oneOf(
    [
      () => `${oneWord()}${2000 + randomInt(26)}${oneOf(['!', '#', '', '.'], '')}`,
      () => `${oneWord()}${of(digits, 2)}${oneWord()}`,
      () => `${oneWord()}-${oneWord()}-${oneWord()}-${of(digits, 2)}`,
      () => word(8),
      () => word(12),
      () => word(16),
      () => mixed(12, '!@#%^*_-+=?'),
      () => mixed(16, '!@%^*_-+.'),
      () => mixed(20, '!@#^*_-'),
    ],
    () => word(12),
  )()

/** Such as stand in an address without being percent-encoded. */
export const plainPassword = (): string => password().replace(/[^A-Za-z0-9_.~!*-]/g, 'x')

/** As programs make keys and tokens. */
export const key = (): string =>
  oneOf(
    [
      () => word(20),
      () => word(32),
      () => word(40),
      () => hex(32),
      () => hex(40),
      () => hex(64),
      () => of(lower + digits, 25),
      () => `${of(`${lower}${upper}${digits}+/`, 43)}=`.replace(/^[+/]/, 'a'),
      () => of(`${lower}${upper}${digits}-_`, 43).replace(/^[-_]|[-_]$/g, 'a'),
      uuid,
    ],
    () => word(32),
  )()

export const plainKey = (): string => key().replace(/[+/=]/g, 'x')
