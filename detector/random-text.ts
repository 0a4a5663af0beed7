import { randomInt } from 'node:crypto'

let number: (limit: number) => number = randomInt

/** The same texts at each run: one random text in some ten thousand looks like a key by chance. */
export function repeatably<T>(seed: number, make: () => T): T {
  let state = seed >>> 0
  number = (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  try {
    return make()
  } finally {
    number = randomInt
  }
}

export const lower = 'abcdefghijklmnopqrstuvwxyz'
export const upper = lower.toUpperCase()
export const digits = '0123456789'

export const of = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[number(alphabet.length)]).join('')
export const oneOf = <T>(choices: readonly T[], fallback: T): T => choices[number(choices.length)] ?? fallback
export const hex = (length: number): string => of(`${digits}abcdef`, length)
/** Letters of both cases and digits. */
export const word = (length: number): string => of(lower + upper + digits, length)
export const uuid = (): string =>
  `${hex(8)}-${hex(4)}-4${hex(3)}-${oneOf(['8', '9', 'a', 'b'], '8')}${hex(3)}-${hex(12)}`
