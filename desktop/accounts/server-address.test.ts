import { expect, test } from 'vitest'
import { parseServerAddress } from './server-address.ts'

test.each([
  ['arcx.example.com', 'https://arcx.example.com'],
  ['  https://arcx.example.com/dashboard?x  ', 'https://arcx.example.com'],
  ['ARCX.Example.com:8443', 'https://arcx.example.com:8443'],
  ['localhost:3000', 'http://localhost:3000'],
  ['127.0.0.1:3000/', 'http://127.0.0.1:3000'],
  ['https://localhost:3000', 'https://localhost:3000'],
  ['http://nas.lan:3000', 'http://nas.lan:3000'],
])('%s is %s', (typed, origin) => expect(parseServerAddress(typed)).toEqual({ ok: true, origin }))

test.each([
  '',
  'not an address',
  'file:///etc/passwd',
  'javascript://x',
  'https://ann:pw@arcx.example.com',
  'https://',
  'a\\b',
])('%s is refused with a word about why', (typed) => {
  const parsed = parseServerAddress(typed)
  expect(parsed.ok).toBe(false)
})
