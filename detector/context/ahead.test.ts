import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeBehind, toQuoted } from './value.ts'

const piece = fc.constantFrom(
  '\\',
  '"',
  "'",
  '`',
  ']',
  '[0]',
  ')',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r\n  ',
  ',',
  ':',
  '::',
  '=',
  '?',
  '!',
  '+',
  '|',
  '<-',
  '->',
  '=>',
  '==',
  '===',
  '||',
  '??',
  ' or ',
  'or ',
  '(',
  '{',
  '[',
  '[]',
  '*',
  '&',
  'é',
  '\u00a0',
  '-',
  ' string ',
  ' String[] ',
  ': Map<string, string> ',
  ' As String ',
  ' BY ',
  'AS ',
  '-p ',
  'new Secret(',
  'Some(',
  'value',
  'Value',
  '@',
  '$',
  'rb',
  'ConvertTo-SecureString -String ',
  'x',
  'os.environ',
  '"user",',
  '("user", ',
  ' {\n type = string\n default = ',
  '" {\n default = ',
  ' = ',
  ' : ',
)

test('an expression is tried wherever it would match', () => {
  let matches = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), fc.constantFrom('"', "'", '`', ''), (pieces, quote) => {
      const text = `password${pieces.join('')}${quote}x"`
      for (const { pattern, mayFollow } of toQuoted) {
        pattern.lastIndex = 8
        if (pattern.exec(text) === null) continue
        matches += 1
        expect(mayFollow(text, 8, placeBehind(text, 8)), JSON.stringify(text)).toBe(true)
      }
    }),
    { numRuns: 50_000 },
  )
  expect(matches).toBeGreaterThan(1000)
})

test.each([
  ['key) {\n  return "x"', 'behind a bracket'],
  ['key extends string, "x"', 'behind a word and no sign'],
  ['key: key: key: key: key: "x"', 'behind more signs than an assignment has'],
  ['key: PropertyKey) => "x"', 'behind a sign that no assignment has'],
  [`key: string\n  other: string\n  another = "x"`, 'on the third line'],
])('none is tried where no quote can follow: %j, %s', (text) => {
  expect(
    toQuoted.filter(({ signs, mayFollow }) => {
      const place = placeBehind(text, 3)
      return signs.has(text.charCodeAt(place)) && mayFollow(text, 3, place)
    }),
  ).toEqual([])
})
