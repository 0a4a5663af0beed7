import fc from 'fast-check'
import { expect, test } from 'vitest'
import { harmlessSetCookies, isOwnCookie, readCookie, withoutOwnCookies, writeCookie } from './cookies.ts'

test('JupyterHub CVE-2024-28233: under TLS our cookies carry the prefix that no sibling host can plant', () => {
  const line = writeCookie('arc_session', 'value', 60, true)
  expect(line).toMatch(/^__Host-arc_session=value;/)
  for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=60'])
    expect(line).toContain(attribute)
  expect(line).not.toMatch(/domain/i)
  expect(readCookie('arc_session=planted', 'arc_session', true)).toBeUndefined()
})

test('a planted prefixless cookie is no session under TLS, and a prefixed one none without', () => {
  expect(readCookie('__Host-arc_session=a', 'arc_session', false)).toBeUndefined()
  expect(readCookie('x=1; arc_session=b', 'arc_session', false)).toBe('b')
})

test('code-server 4.124.2: our cookies are taken from what goes to a workspace, the rest stays byte for byte', () => {
  expect(withoutOwnCookies('a=1; arc_session=s; b="x; y"; arc_workspace=w; __Host-arc_entry=e')).toBe('a=1; b="x; y"')
  expect(withoutOwnCookies('arc_session=s')).toBeUndefined()
  expect(withoutOwnCookies(undefined)).toBeUndefined()
})

test('whatever a browser sends, none of our cookies is left', () => {
  const name = fc.constantFrom(
    'arc_session',
    '__Host-arc_session',
    'arc_workspace',
    '__Secure-arc_entry',
    'theirs',
    ' arc_entry ',
  )
  const pair = fc.tuple(name, fc.string()).map(([key, value]) => `${key}=${value.replace(/;/g, '')}`)
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const left = withoutOwnCookies(pairs.join(';')) ?? ''
      for (const part of left.split(';')) expect(isOwnCookie((part.split('=')[0] ?? '').trim())).toBe(false)
    }),
  )
})

test('JupyterHub CVE-2024-28233: a workspace sets cookies of its own host alone, and none of ours', () => {
  expect(
    harmlessSetCookies([
      'a=1; Domain=localhost; Path=/',
      'b=2;domain=.example.com;Secure',
      'arc_session=x; Path=/',
      '__Host-arc_workspace=y',
      'c=3; Domain',
    ]),
  ).toEqual(['a=1; Path=/', 'b=2;Secure', 'c=3'])
})

/** As browsers read and send one (RFC 6265bis, sections 5.6 and 5.8.3). */
function sentBack(setCookie: string): string {
  const [pair = ''] = setCookie.split(';')
  const at = pair.indexOf('=')
  const [name, value] = at < 0 ? ['', pair.trim()] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  return name === '' ? value : `${name}=${value}`
}

test('whatever a workspace sets, nothing that comes back of it is read as ours', () => {
  const piece = fc.constantFrom(
    'arc_session',
    '__Host-arc_session',
    'arc_workspace',
    '=',
    ' ',
    '\t',
    ';',
    'Path=/',
    'x',
    ',',
    '"',
  )
  const line = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(line, (text) => {
      const back = harmlessSetCookies([text]).map(sentBack).join('; ')
      for (const name of ['arc_session', 'arc_workspace'] as const)
        for (const secure of [true, false]) expect(readCookie(back, name, secure)).toBeUndefined()
    }),
    { examples: [['=arc_session=2'], [' = arc_session=2; Path=/'], ['arc_session'], ['=__Host-arc_workspace=y']] },
  )
})
