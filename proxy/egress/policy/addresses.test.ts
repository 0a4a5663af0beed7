import { describe, expect, test } from 'vitest'
import { AddressGuard, AddressRefused, isPublic } from './address-guard.ts'
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

describe('E2B private ranges: no address inside is reached', () => {
  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
  ])('%s', (address) => expect(isPublic(address)).toBe(false))
  test.each(['1.1.1.1', '140.82.112.3', '2606:4700:4700::1111'])('%s is', (address) =>
    expect(isPublic(address)).toBe(true),
  )

  test('E2B DNS spoofing neutralized: a name that leads inside is refused, and where it leads to several, any of them is enough', async () => {
    const guard = new AddressGuard([], new Map([['inside.example', '10.1.2.3']]))
    await expect(guard.judged('inside.example')).rejects.toThrow(AddressRefused)
    await expect(guard.judged('localhost')).rejects.toThrow(AddressRefused)
  })

  test('the operator’s own networks are let through, and only they', async () => {
    const guard = new AddressGuard(
      ['10.1.0.0/16'],
      new Map([
        ['registry.example', '10.1.2.3'],
        ['other.example', '10.2.0.1'],
      ]),
    )
    expect(await guard.judged('registry.example')).toEqual([{ address: '10.1.2.3', family: 4 }])
    await expect(guard.judged('other.example')).rejects.toThrow(AddressRefused)
  })
})
