import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signBehind, toQuoted } from './context/value.ts'
import { findCredentials } from './detector.ts'
import { formsOf } from './kept-aside/recall.ts'
import { issuers } from './kept-aside/issuers.ts'
import { benign, credentials } from './labelled.ts'
import { rules } from './rules.ts'
import { WordSearch } from './search/word-search.ts'
import { take } from './specific.ts'
import type { Found } from './specific.ts'

/** Each rule over the whole text, without words, windows and places: slow, and without a way to miss anything. */
function plainly(text: string): readonly Found[] {
  const found: Found[] = []
  for (const [rank, rule] of rules.entries()) {
    for (const match of text.matchAll(everywhere[rank] ?? /$^/g)) take(text, rule, rank, match, 0, found)
  }
  return found
}
const everywhere = rules.map(({ pattern }) => new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`))

const planted = [
  ...Object.entries(credentials),
  ...Object.values(['looked at', 'kept aside'] as const).flatMap((half) =>
    formsOf(issuers, half).map(([kind, make]) => [kind, () => make().text] as const),
  ),
]
const around = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(...Object.values(benign)).map((make) => make()),
  fc.constantFrom(
    'const value = ',
    '{"key":"',
    '\n',
    '  - ',
    'é€😀',
    'sha512-',
    'Bearer ',
    '"',
    "'",
    '=',
    ': ',
    'thisIsALongNameOfAFunctionInAProgram',
    'a1b2c3d4e5f6 ',
  ),
)

describe('the quick way finds what the plain one does', () => {
  test.each(planted)('%s', (_kind, make) => {
    fc.assert(
      fc.property(fc.array(around, { maxLength: 12 }), fc.array(around, { maxLength: 12 }), (before, behind) => {
        const credential = make()
        const text = `${before.join('')}\n${credential}\n${behind.join('')}`
        const [from, to] = [text.indexOf(credential), text.indexOf(credential) + credential.length]
        const quick = findCredentials(text)
        const missed = plainly(text).filter(
          ({ start, end }) => start >= from && end <= to && !quick.some((each) => each.start < end && start < each.end),
        )
        expect(missed.map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`)).toEqual([])
      }),
      { numRuns: 6 },
    )
  })
})

test('words are found wherever they stand, in whatever case', () => {
  const words = [...new Set(rules.flatMap((rule) => rule.words))]
  const search = new WordSearch(words)
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(...words),
          fc.constantFrom(...words).map((word) => word.toUpperCase()),
          fc.string({ maxLength: 6 }),
        ),
        { maxLength: 40 },
      ),
      (parts) => {
        const text = parts.join('')
        const bytes = Buffer.from(text, 'latin1')
        const found = new Set<string>()
        search.search(bytes, 0, bytes.length, (word, at) => void found.add(`${words[word]} ${at}`))
        const folded = (each: string) =>
          Array.from(each, (char) => String.fromCharCode(char.charCodeAt(0) | 0x20)).join('')
        const all = folded(text)
        for (const word of words) {
          for (let at = all.indexOf(folded(word)); at >= 0; at = all.indexOf(folded(word), at + 1))
            expect(found).toContain(`${word} ${at}`)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('what may stand between a name and its value is never left out by its first sign', () => {
  const piece = fc.constantFrom(
    '\\',
    '"',
    "'",
    '`',
    ']',
    ')',
    ' ',
    '\t',
    '\n',
    '\r\n',
    ',',
    ':',
    '=',
    '?',
    '!',
    '+',
    '|',
    '<-',
    '->',
    '=>',
    '||',
    '??',
    ' or ',
    '(',
    '{',
    '[',
    '[]',
    '*',
    '&',
    ' string ',
    ' As String ',
    ' BY ',
    'AS ',
    '-p ',
    'value',
    'Value',
    ' {\n type = string\n default = "',
    'x',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const text = `password${pieces.join('')}"`
      const sign = signBehind(text, 8)
      for (const { pattern, signs } of toQuoted) {
        pattern.lastIndex = 8
        if (pattern.exec(text) !== null) expect(signs.has(sign), JSON.stringify(text)).toBe(true)
      }
    }),
    { numRuns: 20_000 },
  )
})
