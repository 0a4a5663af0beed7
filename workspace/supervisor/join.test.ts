import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { join } from './join.ts'

let directory: string
let behind: Server
let relay: Server

beforeAll(async () => {
  directory = mkdtempSync(joinPath(tmpdir(), 'arcx-join-'))
  const path = joinPath(directory, 's')
  behind = createServer({ allowHalfOpen: true }).listen(path)
  relay = createServer({ allowHalfOpen: true }, (tcp) => join(tcp, connect({ path, allowHalfOpen: true }))).listen(
    0,
    '127.0.0.1',
  )
  await Promise.all([once(behind, 'listening'), once(relay, 'listening')])
})
afterAll(() => {
  behind.close()
  relay.close()
  rmSync(directory, { recursive: true })
})

async function joined(): Promise<{ readonly tcp: Socket; readonly unix: Socket }> {
  const accepted = once(behind, 'connection')
  const tcp = connect({ port: (relay.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  const [unix] = (await accepted) as [Socket]
  for (const each of [tcp, unix]) each.on('error', () => undefined)
  return { tcp, unix }
}

async function allOf(stream: Socket): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}

const sizes = [0, 1, 1_000_000]
const table = (['tcp', 'unix'] as const).flatMap((first) =>
  sizes.flatMap((before) => sizes.map((after) => [first, before, after] as const)),
)

test.each(table)(
  'the %s side ends after %i bytes, and the other sends %i then: all arrive, and both end',
  async (first, before, after) => {
    const ends = await joined()
    const [one, other] = first === 'tcp' ? [ends.tcp, ends.unix] : [ends.unix, ends.tcp]
    const [sent, answered] = [randomBytes(before), randomBytes(after)]
    const back = allOf(one)
    one.end(sent)
    expect((await allOf(other)).equals(sent)).toBe(true)
    other.end(answered)
    expect((await back).equals(answered)).toBe(true)
    await vi.waitFor(() => expect([ends.tcp.destroyed, ends.unix.destroyed]).toEqual([true, true]))
  },
)

test('what the Unix side sent before it closed arrives, although it is taken slowly', async () => {
  const { tcp, unix } = await joined()
  tcp.end()
  unix.resume()
  await once(unix, 'end')
  const bytes = randomBytes(5_000_000)
  unix.end(bytes)
  const parts: Buffer[] = []
  for await (const part of tcp as AsyncIterable<Buffer>) {
    parts.push(part)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  expect(Buffer.concat(parts).equals(bytes)).toBe(true)
})

test.each(sizes)('a reset by TCP closes the Unix side, with %i bytes on their way', async (size) => {
  const { tcp, unix } = await joined()
  unix.write(randomBytes(size))
  unix.resume()
  const closed = new Promise((resolve) => unix.once('close', resolve))
  unix.once('end', () => unix.end())
  tcp.resetAndDestroy()
  await closed
})

test('what is sent to a Unix side that has gone is answered by a reset', async () => {
  const { tcp, unix } = await joined()
  unix.destroy()
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => tcp.once('error', resolve))
  const sending = setInterval(() => tcp.write('x'), 5)
  tcp.resume()
  expect(['ECONNRESET', 'EPIPE']).toContain((await failed).code)
  clearInterval(sending)
})
