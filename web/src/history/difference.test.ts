import { expect, test } from 'vitest'
import { difference } from './difference.ts'

test('what changed stands between the lines around it, with their numbers', () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('')
  const lines = difference(before, before.replace('line 10\n', 'line ten\nand more\n'))
  expect(lines?.map((line) => (line.kind === 'gap' ? '…' : `${line.kind} ${line.before ?? '-'} ${line.after ?? '-'} ${line.text}`))).toEqual([
    '…',
    'same 7 7 line 7',
    'same 8 8 line 8',
    'same 9 9 line 9',
    'removed 10 - line 10',
    'added - 10 line ten',
    'added - 11 and more',
    'same 11 12 line 11',
    'same 12 13 line 12',
    'same 13 14 line 13',
  ])
})

test('a file’s first version is all new, and one that did not change shows nothing', () => {
  expect(difference('', 'a\nb')).toEqual([
    { kind: 'added', before: null, after: 1, text: 'a' },
    { kind: 'added', before: null, after: 2, text: 'b' },
  ])
  expect(difference('a\n', 'a\n')).toEqual([])
})
