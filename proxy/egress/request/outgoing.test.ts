import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { proxiedRequestOf } from './proxied-request.ts'
import type { Call } from './call.ts'
import { bodyOf } from './outgoing.ts'
import { Outward } from '../tenants/outward.ts'
import { Prepared } from '../tenants/prepared.ts'
import { Tenant } from '../tenants/tenants.ts'
import { CallTrace } from '../records/call-trace.ts'

const secret = {
  name: 'KEY',
  value: 'sk-live-aaaaaaaaaaaaaaaa',
  placeholder: 'sk-live-bbbbbbbbbbbbbbbb',
  hosts: ['api.example'],
  places: [],
}
const prepared = new Prepared(2 ** 24)
const call: Call = {
  workspaceId: 'w',
  scheme: 'https',
  host: 'other.example',
  port: 443,
  hostHeader: 'other.example',
  target: '/',
}

/** What goes on of a body that a program sends in such pieces. */
async function sentOn(coding: string, pieces: readonly Buffer[]): Promise<Buffer> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const arrived = once(server, 'request') as Promise<[IncomingMessage]>
    const program = request({
      port: (server.address() as AddressInfo).port,
      method: 'POST',
      headers: { 'content-encoding': coding },
    })
    program.on('error', () => undefined)
    program.flushHeaders()
    const [asked] = await arrived
    const body = bodyOf(
      call,
      proxiedRequestOf(asked),
      { target: '/', headers: {}, outward: new Outward([], [secret], prepared), wanted: null },
      new Tenant(null, [secret], [], prepared),
      new CallTrace(),
    )
    for (const piece of pieces) {
      program.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    program.end()
    const out = await body
    return out === null ? Buffer.alloc(0) : Buffer.isBuffer(out) ? out : await buffer(out)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test.each(['gzip', 'zstd'])('a body labelled %s that is too short to be that goes on as it is', async (coding) => {
  for (const text of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) {
    expect((await sentOn(coding, [Buffer.from(text)])).toString()).toBe(text)
    expect(
      (
        await sentOn(
          coding,
          [...text].map((letter) => Buffer.from(letter)),
        )
      ).toString(),
    ).toBe(text)
  }
})

test('one that is compressed is opened, wherever its pieces are cut', async () => {
  const coded = gzipSync('some text')
  for (const cut of [1, 2, 3, 4, 10])
    expect((await sentOn('gzip', [coded.subarray(0, cut), coded.subarray(cut)])).toString()).toBe('some text')
})
