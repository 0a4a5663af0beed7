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
  test.each(['//evil.com', '/\\evil.com', '\\\\evil.com', 'https://evil.com', 'javascript:alert(1)', '/\t/evil.com', '/\n/evil.com', ' /a', '', 'a'])('%j leads home', (wanted) => {
    expect(local.ownPath(wanted)).toBe('/')
  })

  test.each(['/', '/dashboard', '/open/a?to=%2Fb', '/a#b'])('%s is kept', (wanted) => expect(local.ownPath(wanted)).toBe(wanted))

  test('whatever is asked, the result stays on this origin', () => {
    const hostile = fc.stringMatching(/^[/\\.:@?#a-z\t\n %]{0,30}$/)
    fc.assert(fc.property(fc.oneof(fc.string(), hostile), (wanted) => {
      const path = local.ownPath(wanted)
      expect(path.startsWith('/')).toBe(true)
      expect(new URL(path, 'http://localhost:3000').origin).toBe('http://localhost:3000')
    }))
  })
})
