import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deepLinkIn, parseDeepLink } from './deep-link.ts'

const code = 'c'.repeat(43)
const state = 's'.repeat(32)

test('the two that there are', () => {
  expect(parseDeepLink(`arcx://signed-in?code=${code}&state=${state}`)).toEqual({ kind: 'signed-in', code, state })
  expect(parseDeepLink(`arcx://signed-in/?state=${state}&code=${code}`)).toEqual({ kind: 'signed-in', code, state })
  expect(parseDeepLink('arcx://open?server=https%3A%2F%2Farcx.example.com&workspace=my-work')).toEqual({
    kind: 'open',
    server: 'https://arcx.example.com',
    workspace: 'my-work',
  })
  expect(parseDeepLink('arcx://open?server=http://localhost:3000&workspace=a')).toEqual({
    kind: 'open',
    server: 'http://localhost:3000',
    workspace: 'a',
  })
})

test.each([
  ['another scheme', `https://signed-in?code=${code}&state=${state}`],
  ['another verb', 'arcx://run?command=sh'],
  ['a path', `arcx://signed-in/../x?code=${code}&state=${state}`],
  ['credentials', `arcx://me:pw@signed-in?code=${code}&state=${state}`],
  ['a port', `arcx://signed-in:80?code=${code}&state=${state}`],
  ['a fragment', `arcx://signed-in?code=${code}&state=${state}#x`],
  ['something more', `arcx://signed-in?code=${code}&state=${state}&server=https://evil.example`],
  ['a code twice', `arcx://signed-in?code=${code}&code=${code}&state=${state}`],
  ['a short code', `arcx://signed-in?code=c&state=${state}`],
  ['a line break', `arcx://signed-in?code=${code}&state=${state}\n--inspect`],
  ['a server that is a script', 'arcx://open?server=javascript:alert(1)&workspace=a'],
  ['a server that is a file', 'arcx://open?server=file:///etc/passwd&workspace=a'],
  ['a server with a path', 'arcx://open?server=https://arcx.example.com/evil&workspace=a'],
  ['a server with credentials', 'arcx://open?server=https://a:b@arcx.example.com&workspace=a'],
  ['a name that climbs', 'arcx://open?server=https://arcx.example.com&workspace=../admin'],
  ['a name that is a flag', 'arcx://open?server=https://arcx.example.com&workspace=a%20--inspect'],
  ['far too much', `arcx://open?server=https://arcx.example.com&workspace=${'a'.repeat(5000)}`],
  ['nothing', ''],
])('%s is unknown', (_what, text) => expect(parseDeepLink(text)).toEqual({ kind: 'unknown' }))

test('whatever comes, it is one of three, and a server is a whole origin', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl().map((url) => `arcx://open?server=${encodeURIComponent(url)}&workspace=a`),
        fc.string().map((text) => `arcx://${text}`),
      ),
      (text) => {
        const link = parseDeepLink(text)
        if (link.kind === 'open') expect(new URL(link.server).origin).toBe(link.server)
        expect(['signed-in', 'open', 'unknown']).toContain(link.kind)
      },
    ),
  )
})

test('among a process’s arguments only the address counts', () => {
  expect(deepLinkIn(['/opt/arcx/arcx', '--no-sandbox', `arcx://signed-in?code=${code}&state=${state}`])).toEqual({
    kind: 'signed-in',
    code,
    state,
  })
  expect(deepLinkIn(['/opt/arcx/arcx', '--flag'])).toBeNull()
  expect(deepLinkIn(['x', 'ARCX:--gpu-launcher=sh'])).toEqual({ kind: 'unknown' })
})
