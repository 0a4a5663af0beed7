import { describe, expect, test } from 'vitest'
import { mayCross } from './origin-check.ts'

const own = 'http://a.localhost:3000'

describe('Gitpod CVE-2023-0957, code-server CVE-2023-26114: an upgrade needs exactly this origin', () => {
  test('its own page may', () => expect(mayCross('GET', { origin: own }, own, true)).toBe(true))
  test.each([
    undefined,
    'null',
    'http://localhost:3000',
    'http://b.localhost:3000',
    'https://a.localhost:3000',
    'http://a.localhost:3000.evil.com',
    'http://a.localhost',
    `${own}/`,
  ])('%s may not', (origin) => expect(mayCross('GET', origin === undefined ? {} : { origin }, own, true)).toBe(false))
})

describe('JupyterHub CVE-2020-36191: a change needs exactly this origin', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'])('%s', (method) => {
    expect(mayCross(method, { origin: own }, own, false)).toBe(true)
    expect(mayCross(method, {}, own, false)).toBe(false)
    expect(mayCross(method, { origin: 'http://b.localhost:3000' }, own, false)).toBe(false)
  })
})

test('another site’s page may link here, and neither fetch, frame nor embed', () => {
  const from = (mode: string, dest: string) =>
    mayCross('GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }, own, false)
  expect(from('navigate', 'document')).toBe(true)
  expect(from('navigate', 'iframe')).toBe(false)
  expect(from('no-cors', 'image')).toBe(false)
  expect(from('cors', 'empty')).toBe(false)
})
