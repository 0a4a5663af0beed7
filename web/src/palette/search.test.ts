import { Circle } from 'lucide-react'
import { expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { search } from './search.ts'

const entry = (label: string, more: Partial<Entry> = {}): Entry => ({
  key: label,
  group: 'Workspaces',
  label,
  hint: '',
  words: '',
  icon: Circle,
  isUsual: true,
  run: () => undefined,
  ...more,
})
const entries = [
  entry('api-server'),
  entry('web-client'),
  entry('payments-api', { isUsual: false }),
  entry('Settings', { group: 'Go to', words: 'sessions tokens secrets' }),
  entry('Dark colours', { group: 'Do', words: 'theme' }),
]
const labels = (typed: string) => search(entries, typed).flatMap(({ items }) => items.map(({ label }) => label))

test('before anything is typed, the usual', () =>
  expect(labels('')).toEqual(['api-server', 'web-client', 'Settings', 'Dark colours']))
test('what begins with it comes before what holds it', () =>
  expect(labels('api')).toEqual(['api-server', 'payments-api']))
test('other words lead there too', () => expect(labels('token')).toEqual(['Settings']))
test('what is called so comes before what only speaks of it', () =>
  expect(
    search(
      [entry('Teams', { words: 'a page about settings, settings and settings' }), entry('Settings')],
      'settings',
    ).flatMap(({ items }) => items.map(({ label }) => label)),
  ).toEqual(['Settings', 'Teams']))
test('a page comes before documentation that is called the same', () =>
  expect(
    search(
      [
        entry('Teams', { group: 'Documentation', hint: 'Teams', isDocumentation: true }),
        entry('Teams and roles', { group: 'Documentation', isDocumentation: true }),
        entry('Teams', { key: 'page', group: 'Go to' }),
      ],
      'teams',
    ).map(({ value }) => value),
  ).toEqual(['Go to', 'Documentation']))
test('a letter may be wrong', () => expect(labels('paymants')).toEqual(['payments-api']))
test('words come in any order', () => expect(labels('client web')).toEqual(['web-client']))
test('nothing is nothing', () => expect(labels('zzzz')).toEqual([]))
