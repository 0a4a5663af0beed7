import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { framed } from './frame.ts'

const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 300_000]
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, index) => index % 251)
const http = createServer()
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })

beforeAll(async () => {
  http.on('upgrade', (request, wire, head) =>
    sockets.handleUpgrade(request, wire, head, () => lengths.forEach((length) => wire.write(framed(bytesOf(length))))),
  )
  await once(http.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => {
  for (const client of sockets.clients) client.terminate()
  http.close()
})

test('messages of every length arrive as they were, through a stock client', async () => {
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  const got: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    client.on('error', reject)
    client.on('close', (code) => reject(new Error(`closed with ${code}`)))
    client.on('message', (data: Buffer, isBinary) => {
      expect(isBinary).toBe(true)
      if (got.push(data) === lengths.length) resolve()
    })
  })
  expect(got.map((data, index) => Buffer.compare(data, bytesOf(lengths[index] ?? -1)))).toEqual(lengths.map(() => 0))
})
