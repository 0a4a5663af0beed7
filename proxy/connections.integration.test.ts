import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProxyRig, echo } from '@arcx/testing/proxy'

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start([], { ARC_EGRESS_CONNECTIONS: '20', ARC_EGRESS_CONNECTIONS_TOTAL: '30' })
})
afterAll(() => rig?.close())

const open = (id: string): Socket =>
  connect({ path: rig.socketOf(id), allowHalfOpen: true }).on('error', () => undefined)

/** Sends, and gives what came until the other side was done with it. */
async function untilOver(socket: Socket, bytes: string | Buffer = ''): Promise<string> {
  let got = ''
  socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')))
  socket.write(bytes)
  await Promise.race([once(socket, 'end'), once(socket, 'close')]).finally(() => socket.destroy())
  return got
}

test('a workspace has so many connections, is told so, and takes none from another; what closes may come again', async () => {
  rig.answer = echo('{}')
  const held = Array.from({ length: 20 }, () => open(rig.workspaceId))
  await Promise.all(held.map((socket) => once(socket, 'connect')))
  expect(await untilOver(open(rig.workspaceId))).toMatch(/^HTTP\/1.1 429 .*too_many_connections/s)
  expect(
    await untilOver(
      open(rig.strangerId),
      'GET http://api.test/ HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n',
    ),
  ).not.toContain('too_many_connections')
  for (const socket of held) socket.destroy()
  await expect.poll(async () => (await rig.send(`http://api.test:${rig.plainPort}/`)).status).toBe(200)
})

test('whatever of a beginning a program draws out, it has an end', async () => {
  const begun: readonly (string | Buffer)[] = [
    '',
    'GET http://api.test/ HTTP/1.1\r\nHost: ',
    'CONNECT api.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\n',
    Buffer.from([22, 3, 1, 2, 0, 1]),
    'CONNECT api.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\nGET / HTTP/1.1\r\nHo',
    Buffer.concat([
      Buffer.from('CONNECT api.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\n'),
      Buffer.from([22, 3, 1, 2, 0, 1]),
    ]),
  ]
  await Promise.all(begun.map((bytes) => untilOver(open(rig.workspaceId), bytes)))
  await expect.poll(async () => (await rig.send(`http://api.test:${rig.plainPort}/`)).status).toBe(200)
})
