import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Addresses } from './addresses.ts'

const local = new Addresses('http://localhost:3000', 'localhost', 3000)
const apart = new Addresses('https://arcx.example.com', 'work.example.net', 3000)

describe('hosts are compared whole', () => {
  test.each([
    ['localhost:3000', { kind: 'own' }],
    ['LOCALHOST:3000', { kind: 'own' }],
    ['localhost.:3000', { kind: 'own' }],
    ['a.localhost:3000', { kind: 'workspace', name: 'a' }],
    ['A.LocalHost.:3000', { kind: 'workspace', name: 'a' }],
    ['127.0.0.1:3000', { kind: 'loopback' }],
    ['[::1]:3000', { kind: 'loopback' }],
    ['localhost', { kind: 'unknown' }],
    ['localhost:3001', { kind: 'unknown' }],
    ['evil-localhost:3000', { kind: 'unknown' }],
    ['localhost:3000.evil.com', { kind: 'unknown' }],
    ['a.b.localhost:3000', { kind: 'unknown' }],
    ['.localhost:3000', { kind: 'unknown' }],
    ['a@b.localhost:3000', { kind: 'unknown' }],
    [undefined, { kind: 'unknown' }],
  ])('%s', (host, expected) => expect(local.classify(host)).toEqual(expected))

  test('a workspace domain of its own is no part of the control plane’s', () => {
    expect(apart.classify('a.work.example.net')).toEqual({ kind: 'workspace', name: 'a' })
    expect(apart.classify('a.arcx.example.com')).toEqual({ kind: 'unknown' })
    expect(apart.workspaceOrigin('a')).toBe('https://a.work.example.net')
  })
})

describe('Gitpod CLC-1592, Coder CVE-2026-111927: only own paths are gone to afterwards', () => {
  test.each([
    '//evil.com',
    '/\\evil.com',
    '\\\\evil.com',
    'https://evil.com',
    'javascript:alert(1)',
    '/\t/evil.com',
    '/\n/evil.com',
    ' /a',
    '',
    'a',
    '//',
    '///evil.com',
    '/..//evil.com',
    '/.//evil.com',
    '/%2e//evil.com',
    '/%2E%2e//evil.com',
    '/x/..//evil.com',
    '/x/%2e%2e//evil.com',
    '/.\\\\evil.com',
    '/x/../\\evil.com',
    '/.\t//evil.com',
    '/../..//evil.com',
  ])('%j leads home', (wanted) => {
    expect(local.ownPath(wanted)).toBe('/')
  })

  test.each(['/', '/dashboard', '/open/a?to=%2Fb', '/a#b', '/a//b', '/a?to=//b'])('%s is kept', (wanted) =>
    expect(local.ownPath(wanted)).toBe(wanted),
  )

  // Pieces that a browser, a URL and a reader take differently, in any order.
  const pieces = fc
    .array(
      fc.constantFrom(
        '/',
        '//',
        '\\',
        '.',
        '..',
        '%2e',
        '%2E',
        '%2f',
        '%5c',
        '\t',
        '\n',
        '\r',
        ' ',
        '@',
        ':',
        '?',
        '#',
        '[',
        ']',
        'evil.com',
        'http:',
        'x',
        '\u3002',
        '\uFF0F',
        '\u0000',
      ),
      { maxLength: 12 },
    )
    .map((each) => each.join(''))
  const wanted = fc.oneof(
    pieces,
    pieces.map((rest) => `/${rest}`),
    fc.string({ unit: 'binary' }).map((rest) => `/${rest}`),
  )
  for (const [name, addresses] of [
    ['http', local],
    ['https', apart],
  ] as const) {
    test(`whatever is asked, the result is one own path and stays on this origin (${name})`, () => {
      fc.assert(
        fc.property(wanted, (asked) => {
          const path = addresses.ownPath(asked)
          expect(path).toMatch(/^\/(?![/\\])/)
          // Also for whoever strips what browsers strip, and for whoever takes it apart once more.
          expect(new URL(path, addresses.publicOrigin).origin).toBe(addresses.publicOrigin)
          expect(addresses.ownPath(path)).toBe(path)
          expect(new URL(path, addresses.publicOrigin).href).toBe(addresses.publicOrigin + path)
        }),
        { numRuns: 5000 },
      )
    })
  }
})
