import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oddWritings, writings } from '@arcx/testing/writings'
import type { Found } from './found.ts'
import { Interruptions } from './interruptions.ts'
import { eachKnown } from './known.ts'
import { variantsOf } from './variants.ts'

const values = [
  'sk-live-abcdefghijkl',
  `p&ss<w>rd "with" all/it=1`,
  'aa a>aaaaaaaaaaaa',
  '-----BEGIN KEY-----\nMIIB\n',
  'zwölf%20Boxkämpfer\\jagen',
  '0123456789abcdef',
]
const all = values.flatMap((value) => variantsOf(value, 'x'.repeat(value.length), 'KEY')).map(eachKnown())
const beginning = Math.min(12, ...all.map(({ from }) => from.length - 2))
const interruptions = new Interruptions(all, beginning)

/** Each byte escaped, or parted from the next, in some way or none. */
const ways: readonly ((byte: number) => string)[] = [
  ...Array.from({ length: 12 }, () => (byte: number) => String.fromCharCode(byte)),
  (byte) => `%${byte.toString(16).padStart(2, '0')}`,
  (byte) => `%25${byte.toString(16).padStart(2, '0').toUpperCase()}`,
  (byte) => `\\u${byte.toString(16).padStart(4, '0')}`,
  (byte) => `\\\\x${byte.toString(16).padStart(2, '0')}`,
  (byte) => `\\${byte.toString(8).padStart(3, '0')}`,
  (byte) => `&#${byte};`,
  (byte) => `&amp;#x${byte.toString(16)};`,
  (byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`,
  (byte) => `${String.fromCharCode(byte)} `,
  (byte) => `${String.fromCharCode(byte)}\r\n`,
  (byte) => `${String.fromCharCode(byte)}\\n`,
  (byte) => `${String.fromCharCode(byte)}%0A`,
  (byte) => `${String.fromCharCode(byte)}=\r\n`,
  (byte) => `\\${String.fromCharCode(byte)}`,
  (byte) => (byte === 0x20 ? '+' : String.fromCharCode(byte)),
  (byte) => (byte === 0x20 ? '+' : String.fromCharCode(byte)),
]
const written = fc
  .record({
    value: fc.constantFrom(...values),
    write: fc.constantFrom(...Object.values({ ...writings, ...oddWritings }), (value: string) => value),
    how: fc.array(fc.constantFrom(...ways), { minLength: 1, maxLength: 30 }),
    skip: fc.nat({ max: 6 }),
    plain: fc.boolean(),
  })
  .map(({ value, write, how, skip, plain }) =>
    plain
      ? write(value).slice(skip)
      : [...Buffer.from(write(value), 'latin1')]
          .map((byte, index) => (how[index % how.length] ?? String.fromCharCode)(byte))
          .join(''),
  )
const between = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\\',
    '%',
    '&',
    '=',
    '=\r\n',
    '  ',
    '\\n',
    '%2',
    '&#1',
    '&amp;',
    'of the',
    'a b c ',
    '%41%42%43',
    'x=1&y=2',
    '\0',
  ),
  fc.string({ maxLength: 8 }),
)
const texts = fc.array(fc.oneof(written, between, between), { maxLength: 8 }).map((parts) => parts.join(''))

/** In a form that can be compared. */
const told = (found: readonly Found[]) =>
  found.map(({ known, start, end }) => `${start}-${end} ${known.from.toString('latin1')}`).sort()

test('what is found by leaving out most places is what is found by looking at every one', () => {
  let count = 0
  fc.assert(
    fc.property(texts, fc.nat({ max: 3 }), fc.nat(), fc.boolean(), (text, offset, end, isEnd) => {
      const whole = Buffer.from(`${'.'.repeat(offset)}${text}`, 'latin1').subarray(offset)
      // A piece may end anywhere.
      const bytes = isEnd ? whole : whole.subarray(0, end % (whole.length + 1))
      const [fast, slow]: [Found[], Found[]] = [[], []]
      const open = interruptions.find(bytes, isEnd, fast)
      let slowOpen = bytes.length
      for (let place = 0; place < bytes.length; place += 1)
        slowOpen = Math.min(slowOpen, interruptions.at(bytes, place, isEnd, slow))
      count += slow.length
      expect(told(fast)).toEqual(told(slow))
      expect(open).toBe(slowOpen)
    }),
    { numRuns: 4000 },
  )
  // Else nothing is compared.
  expect(count).toBeGreaterThan(200)
})

test('regions meet without a gap', () => {
  const bytes = Buffer.alloc(70_000, 'of the ')
  for (const at of [0, 4090, 4094, 4095, 4096, 8190, 8192, 69_970]) {
    const text = Buffer.from(bytes)
    text.write('sk%2Dlive-abcdefghijkl', at)
    const found: Found[] = []
    interruptions.find(text, true, found)
    expect(told(found), `at ${at}`).toContain(`${at}-${at + 22} sk-live-abcdefghijkl`)
  }
})
