import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeComponent, parseTarget } from './request-target.ts'

describe('a path is taken apart as it was sent', () => {
  test.each([
    ['/', '/', ''],
    ['/trpc?a=1&a=2', '/trpc', '?a=1&a=2'],
    ['//', '//', ''],
    ['//evil.com/x', '//evil.com/x', ''],
    ['/..//evil.com', '//evil.com', ''],
    ['/a/%2e%2E/b', '/b', ''],
    ['/%zz?%', '/%zz', '?%'],
    ['/\\evil.com', '//evil.com', ''],
    ['/@evil.com:1/', '/@evil.com:1/', ''],
  ])('%s', (target, path, search) => expect(parseTarget(target)).toMatchObject({ kind: 'path', path, search }))
})

describe('whatever is no path is no target', () => {
  test.each([
    undefined,
    '',
    '*',
    'http://[',
    'http://evil.com/',
    'evil.com:443',
    '[',
    '?',
    '#',
    ':80',
    '@evil.com/',
    '.evil.com/',
    'a',
  ])('%s', (target) => expect(parseTarget(target)).toEqual({ kind: 'invalid' }))
})

const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[/\\.:@?#[\]%a-f0-9\t\n ]{0,40}$/),
  fc.string({ unit: 'binary' }).map((rest) => `/${rest}`),
)

test('nothing makes it throw, and a path is one that a URL keeps', () => {
  fc.assert(
    fc.property(odd, (target) => {
      const parsed = parseTarget(target)
      if (parsed.kind === 'invalid') return
      expect(parsed.path.startsWith('/')).toBe(true)
      expect(parseTarget(parsed.path + parsed.search)).toMatchObject({
        kind: 'path',
        path: parsed.path,
        search: parsed.search,
      })
    }),
    { numRuns: 5000 },
  )
})

test('percent signs that mean nothing are told, and thrown by nobody', () => {
  expect([decodeComponent('a%20b'), decodeComponent('%'), decodeComponent('%ff')]).toEqual(['a b', null, null])
})
