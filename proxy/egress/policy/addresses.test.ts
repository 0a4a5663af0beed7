import { describe, expect, test } from 'vitest'
import { matchesHost, normalHost } from './host.ts'

describe('Docker Sandboxes CVE-2026-105570, E2B domain case: hosts are compared in one form', () => {
  test.each([
    ['API.OpenAI.com', 'api.openai.com'],
    ['api.openai.com.', 'api.openai.com'],
    ['ＡＰＩ.openai.com', 'api.openai.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('%s', (text, normal) => expect(normalHost(text)).toBe(normal))

  test.each([
    '',
    '.',
    '127.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '017700000001',
    '[::1]',
    '::ffff:127.0.0.1',
    'a..b',
    'a b',
    'a/b',
    'a%2eb',
    'example.com@evil',
    '1.2.3.0x4',
    '169.254.169.254',
    'a\0.com',
    `${'a'.repeat(64)}.com`,
  ])('“%s” is no name', (text) => expect(normalHost(text)).toBeNull())

  test('a suffix is of whole labels, and not the name itself', () => {
    expect(matchesHost('*.example.com', 'a.example.com')).toBe(true)
    expect(matchesHost('*.example.com', 'a.b.example.com')).toBe(true)
    expect(matchesHost('*.example.com', 'example.com')).toBe(false)
    expect(matchesHost('*.example.com', 'badexample.com')).toBe(false)
    expect(matchesHost('example.com', 'a.example.com')).toBe(false)
  })
})
