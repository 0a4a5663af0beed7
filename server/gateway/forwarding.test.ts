import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { cleanRequest, cleanResponse, hasSoundPort } from './forwarding.ts'

describe('code-server CVE-2025-47269: a port is an integer from 1 to 65535', () => {
  test.each(['/proxy/8080/', '/proxy/1', '/absproxy/65535/a/b', '/', '/proxy', '/proxied/x', '/proxy/8080?x=y'])(
    '%s passes',
    (path) => expect(hasSoundPort(path)).toBe(true),
  )
  test.each([
    '/proxy/test@evil.com/',
    '/proxy/0/',
    '/proxy/65536/',
    '/proxy/80.evil.com',
    '/PROXY/8080x/',
    '//proxy//8080:1/',
    '/absproxy/-1/',
    '/proxy/%38080/',
    '/proxy/1e3/',
    '/proxy/080/',
  ])('%s is refused', (path) => expect(hasSoundPort(path)).toBe(false))
})

test('what is ours is taken from a request, and spoofed forwarding headers are overwritten', () => {
  const headers: IncomingHttpHeaders = {
    host: 'a.localhost:3000',
    cookie: 'arc_workspace=w; theirs=1',
    authorization: 'Bearer arcx_token',
    'x-forwarded-for': '6.6.6.6',
    forwarded: 'for=6.6.6.6',
    'x-arcx-user': 'root',
    'x-real-ip': '6.6.6.6',
  }
  cleanRequest(headers, '127.0.0.1', false)
  expect(headers).toEqual({
    host: 'a.localhost:3000',
    cookie: 'theirs=1',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'a.localhost:3000',
  })
})

test('a workspace’s own credentials for its own programs pass', () => {
  const headers: IncomingHttpHeaders = { authorization: 'Basic dTpw' }
  cleanRequest(headers, '127.0.0.1', true)
  expect(headers.authorization).toBe('Basic dTpw')
})

test('a workspace’s answer reaches no further than its own host', () => {
  const headers: IncomingHttpHeaders = {
    'set-cookie': ['a=1; Domain=localhost', 'arc_session=x'],
    'clear-site-data': '"*"',
    'strict-transport-security': 'max-age=1; includeSubDomains',
    'alt-svc': 'h3=":443"',
    'content-security-policy': "default-src 'self'",
  }
  cleanResponse(headers)
  expect(headers).toEqual({
    'set-cookie': ['a=1'],
    'content-security-policy': "default-src 'self', frame-ancestors 'self'",
    'referrer-policy': 'same-origin',
  })
})
