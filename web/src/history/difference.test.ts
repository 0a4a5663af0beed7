import { expect, test } from 'vitest'
import { difference } from './difference.ts'

test('what changed stands between the lines around it, with their numbers', () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('')
  const lines = difference(before, before.replace('line 10\n', 'line ten\nand more\n'))
  expect(
    lines?.map((line) =>
      line.kind === 'gap' || line.kind === 'newline'
        ? line.kind
        : `${line.kind} ${line.before ?? '-'} ${line.after ?? '-'} ${line.text}`,
    ),
  ).toEqual([
    'gap',
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

test.each([
  ['added', 'a\nb', 'a\nb\n', []],
  ['removed', 'a\nb\n', 'a\nb', []],
  [
    'added',
    'a\nb',
    'a\nb\nc\n',
    [
      { kind: 'same', before: 1, after: 1, text: 'a' },
      { kind: 'same', before: 2, after: 2, text: 'b' },
      { kind: 'added', before: null, after: 3, text: 'c' },
    ],
  ],
] as const)(
  'a newline at the end that is %s is said, and no line that stayed is shown as changed',
  (is, before, after, lines) => {
    expect(difference(before, after)).toEqual([...lines, { kind: 'newline', is }])
  },
)

test('a file’s first version is all new, and one that did not change shows nothing', () => {
  expect(difference('', 'a\nb')).toEqual([
    { kind: 'added', before: null, after: 1, text: 'a' },
    { kind: 'added', before: null, after: 2, text: 'b' },
  ])
  expect(difference('a\n', 'a\n')).toEqual([])
})
