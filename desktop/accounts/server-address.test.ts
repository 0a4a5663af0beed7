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
  ['', /^Type the address of your server/],
  ['   ', /^Type the address of your server/],
  ['not an address', /^“not an address” is no address\. Type one such as/],
  ['file:///etc/passwd', /^“file:\/\/\/etc\/passwd” is no address/],
  ['javascript://x', /begins with https:\/\/ or http:\/\//],
  ['https://ann:pw@arcx.example.com', /^Leave out the name and password/],
  ['https://', /^“https:\/\/” is no address/],
  ['a\\b', /is no address/],
])('%j is refused and says why', (typed, why) =>
  expect(parseServerAddress(typed)).toEqual({ ok: false, message: expect.stringMatching(why) }),
)
