import fc from 'fast-check'
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { TrustedProxies, addressKey, isLoopback } from './client-address.ts'
import { ConnectionLimit } from './limit.ts'

test('however they come and go, neither bound is ever broken, and all that closed may come again', () => {
  const moves = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', null), fc.boolean()), { maxLength: 200 })
  fc.assert(
    fc.property(moves, (all) => {
      const limit = new ConnectionLimit({ each: 3, inAll: 7 })
      const open: { readonly key: string | null; readonly socket: Socket }[] = []
      for (const [key, closes] of all) {
        const going = closes ? open.shift() : undefined
        if (going !== undefined) {
          going.socket.emit('close')
          continue
        }
        const own = open.filter((each) => each.key === key).length
        const expected = open.length >= 7 ? 'all' : key !== null && own >= 3 ? 'each' : null
        const socket = new Socket()
        expect(limit.take(key, socket)).toBe(expected)
        if (expected === null) open.push({ key, socket })
        expect(limit.open).toBe(open.length)
      }
    }),
  )
})

const from = (remoteAddress: string, forwardedFor?: string) =>
  ({
    socket: Object.assign(new EventEmitter(), { remoteAddress }),
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  }) as unknown as IncomingMessage

describe('where a request came from is what the last proxy that is trusted says, and nobody else', () => {
  const trusted = new TrustedProxies(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])
  test.each([
    ['203.0.113.9', '6.6.6.6', '203.0.113.9'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    ['127.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['fd00::1', '2001:db8::1', '2001:db8::1'],
    ['127.0.0.1', 'nonsense', '127.0.0.1'],
    ['127.0.0.1', '203.0.113.9, ', '127.0.0.1'],
    ['10.1.2.3', '10.9.9.9', '10.9.9.9'],
  ])('%s that says %s is %s', (address, said, expected) => expect(trusted.clientOf(from(address, said))).toBe(expected))
  test('none is trusted that is not named', () =>
    expect(new TrustedProxies([]).clientOf(from('127.0.0.1', '6.6.6.6'))).toBe('127.0.0.1'))
})

test('any address has a key, of which there are no more than customers', () => {
  fc.assert(
    fc.property(
      fc.ipV6(),
      (address) =>
        void expect(addressKey(address)).toMatch(/^([\da-f]{1,4}:){3}[\da-f]{1,4}::\/64$|^\d+\.\d+\.\d+\.\d+$/),
    ),
  )
  expect([addressKey('fe80::1%eth0'), addressKey('::1'), addressKey('::ffff:1.2.3.4'), addressKey('')]).toEqual([
    'fe80:0:0:0::/64',
    '0:0:0:0::/64',
    '1.2.3.4',
    '',
  ])
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '10.0.0.1', ''].map(isLoopback)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ])
})
