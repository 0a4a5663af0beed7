import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'

const good = {
  ARC_DATA_DIR: '/data',
  ARC_DEPLOYMENT: 'test-1',
  ARC_ADMIN_TOKEN: 'a'.repeat(32),
  ARC_INTERNAL_TOKEN: 'b'.repeat(32),
  ARC_SECRETS_KEY: 'c'.repeat(32),
  DATABASE_URL: 'postgresql://localhost/arcx',
  NATS_URL: 'nats://localhost',
  WORKSPACE_IMAGE: 'image',
}

describe('a wrong value stops the start with one line', () => {
  test.each([
    [{ ARC_PORT: '70000' }, 'ARC_PORT is “70000”; it takes a TCP port, a whole number from 1 to 65535.'],
    [{ ARC_EGRESS: 'some' }, 'ARC_EGRESS is “some”; it takes none, proxy or open.'],
    [
      { ARC_DOMAIN: 'Example.COM' },
      'ARC_DOMAIN is “Example.COM”; it takes a host name in lower case, such as arcx.example.com.',
    ],
    [{ ARC_DATA_DIR: 'here' }, 'ARC_DATA_DIR is “here”; it takes an absolute path.'],
    [{ WORKSPACE_IMAGE: '' }, 'WORKSPACE_IMAGE is not set; it takes the name of an image that the engine has.'],
  ])('%j', (change, line) => expect(() => readConfig({ ...good, ...change })).toThrow(line))

  test('billing is configured whole, and signing up by payment needs it', () => {
    expect(readConfig(good).billing).toBe(null)
    expect(() => readConfig({ ...good, ARC_SIGNUP_MODE: 'stripe' })).toThrow(/ARC_STRIPE_SECRET_KEY has to be set/)
    expect(() => readConfig({ ...good, ARC_STRIPE_SECRET_KEY: 'sk_test_hunter2' })).toThrow(
      /^ARC_STRIPE_PRICE_PRO is not set/,
    )
    const whole = { ARC_STRIPE_SECRET_KEY: 'sk', ARC_STRIPE_PRICE_PRO: 'price_1', ARC_STRIPE_PRICE_TEAM: 'price_2' }
    expect(readConfig({ ...good, ...whole }).billing).toMatchObject({ trialDays: 14, graceDays: 7, automaticTax: true })
  })

  test('OpenHands CVE-2026-112346: refuses to start without a key, or with a short one', () => {
    expect(() => readConfig({ ...good, ARC_ADMIN_TOKEN: '' })).toThrow(
      'ARC_ADMIN_TOKEN is not set; it takes at least 32 random characters.',
    )
    expect(() => readConfig({ ...good, ARC_ADMIN_TOKEN: 'short-secret' })).toThrow(
      /^ARC_ADMIN_TOKEN is set to something else/,
    )
  })

  test('a secret’s value is in no message', () => {
    expect(() => readConfig({ ...good, ARC_INTERNAL_TOKEN: 'hunter2' })).not.toThrow(/hunter2/)
    expect(() => readConfig({ ...good, DATABASE_URL: 'mysql://user:hunter2@host' })).not.toThrow(/hunter2/)
  })

  test('admin and internal tokens are different things', () => {
    expect(() => readConfig({ ...good, ARC_INTERNAL_TOKEN: good.ARC_ADMIN_TOKEN })).toThrow(/same as ARC_ADMIN_TOKEN/)
  })
})

describe('local sign-in', () => {
  test('is there on loopback without GitHub', () => expect(readConfig(good).localSignIn).toBe(true))
  test('is not there once GitHub is configured', () =>
    expect(readConfig({ ...good, GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' }).localSignIn).toBe(false))
  test.each(['0.0.0.0', '::', '192.168.1.2', 'example.com'])(
    'listening on %s without GitHub refuses to start',
    (address) => {
      expect(() => readConfig({ ...good, ARC_LISTEN: address })).toThrow(/^ARC_LISTEN is “.*”; without GitHub sign-in/)
    },
  )
})

describe('whose word on where a request came from is taken', () => {
  const own = ['127.0.0.0/8', '::1']
  const github = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' }
  test.each([
    ['nobody’s, on one machine', {}, []],
    [
      'nobody’s, where it listens to everybody itself',
      { ...github, ARC_LISTEN: '0.0.0.0', ARC_DOMAIN: 'arcx.example.com' },
      [],
    ],
    ['this machine’s, where a proxy must be before it', { ...github, ARC_DOMAIN: 'arcx.example.com' }, own],
    ['this machine’s, where its address says so', { ARC_PUBLIC_URL: 'https://localhost.example.com' }, own],
    ['nobody’s, by an address of this machine', { ARC_PUBLIC_URL: 'http://arcx.localhost:3000' }, []],
    ['theirs who are named', { ARC_TRUSTED_PROXIES: '10.0.0.0/8, fd00::1' }, ['10.0.0.0/8', 'fd00::1']],
  ])('%s', (_name, change, expected) => expect(readConfig({ ...good, ...change }).trustedProxies).toEqual(expected))
  test.each(['10.0.0.0/33', 'localhost', '::1/129', '10.0.0.0/8/8'])('%s is none', (text) =>
    expect(() => readConfig({ ...good, ARC_TRUSTED_PROXIES: text })).toThrow(/^ARC_TRUSTED_PROXIES is/),
  )
})

test('a workspace gets the least of the configured cores and the machine’s', () => {
  expect(readConfig({ ...good, ARC_WORKSPACE_CPU_CORES: '256' }).cpuCores).toBeLessThan(256)
  expect(readConfig({ ...good, ARC_WORKSPACE_CPU_CORES: '1' }).cpuCores).toBe(1)
})
