import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { TextSocket, mostUnreadBytes } from './text-socket.ts'

async function pair() {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', WebSocket: TextSocket, perMessageDeflate: false })
  onTestFinished(() => wss.close())
  await once(wss, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`)
  onTestFinished(() => client.terminate())
  const [socket] = (await once(wss, 'connection')) as [TextSocket]
  socket.on('error', () => undefined)
  if (client.readyState !== client.OPEN) await once(client, 'open')
  return { client, socket }
}

test('bytes arrive as text', async () => {
  const { client, socket } = await pair()
  const got: [string, boolean][] = []
  client.on('message', (data, isBinary) => got.push([String(data), isBinary]))
  socket.send(Buffer.from('bytes'))
  socket.send('text')
  await expect
    .poll(() => got)
    .toEqual([
      ['bytes', false],
      ['text', false],
    ])
})

test('one whose client does not read is cut off before more piles up than is allowed', async () => {
  const { client, socket } = await pair()
  client.pause()
  const text = 'x'.repeat(1024 * 1024)
  let most = 0
  for (let count = 0; count < 400 && socket.readyState === socket.OPEN; count += 1) {
    socket.send(text)
    most = Math.max(most, socket.bufferedAmount)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(socket.readyState).not.toBe(socket.OPEN)
  expect(most).toBeLessThan(mostUnreadBytes + 2 * text.length)
})

test('so is one that is asked for nothing but signs of life', async () => {
  const { client, socket } = await pair()
  client.on('pong', () => undefined)
  client.pause()
  const closed = once(socket, 'close')
  const ping = Buffer.alloc(125)
  const timer = setInterval(() => {
    for (let count = 0; count < 4000; count += 1) client.ping(ping, true, () => undefined)
  })
  onTestFinished(() => clearInterval(timer))
  await closed
}, 30_000)

test('one whose client reads gets as much as there is', async () => {
  const { client, socket } = await pair()
  let got = 0
  client.on('message', (data) => (got += (data as Buffer).length))
  const text = 'x'.repeat(1024 * 1024)
  for (let count = 0; count < 60; count += 1) {
    socket.send(text)
    await expect.poll(() => socket.bufferedAmount, { interval: 1 }).toBeLessThan(8 * text.length)
  }
  await expect.poll(() => got).toBe(60 * text.length)
})
