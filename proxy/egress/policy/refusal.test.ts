import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { Refusal, refuseUpgrade } from './refusal.ts'

test('a connection that is refused ends, also where the other side never ends it', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    refuseUpgrade(socket, new Refusal(429, 'too_many', 'Too many. é', 7)),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => undefined)
  try {
    const [head = '', body = ''] = (await text(client)).split('\r\n\r\n')
    expect(head.split('\r\n')[0]).toBe('HTTP/1.1 429 Too Many Requests')
    expect(head.toLowerCase().split('\r\n').slice(1).toSorted()).toEqual([
      'connection: close',
      `content-length: ${Buffer.byteLength(body)}`,
      'content-type: application/json',
      'retry-after: 7',
      'x-arcx-refused: too_many',
    ])
    expect(JSON.parse(body)).toEqual({ error: 'arcx: Too many. é', code: 'too_many' })
    await vi.waitFor(
      async () =>
        expect(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0),
      { timeout: 20_000 },
    )
  } finally {
    client.destroy()
    server.close()
  }
})
