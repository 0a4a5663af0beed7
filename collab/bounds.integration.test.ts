import { once } from 'node:events'
import {
  createEncoder,
  toUint8Array,
  writeUint8,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
} from 'lib0/encoding'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { WorkspaceId } from '@arcx/router'
import { Tickets } from '@arcx/router/collab-ticket'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import type { Person } from '@arcx/testing/person'
import { connectWriter } from '@arcx/testing/writer'
import type { Writer } from '@arcx/testing/writer'
import { unpackState } from './documents/packed-state.ts'

let collab: TestCollab
let ann: Person
let workspaceId: WorkspaceId
const open: Writer[] = []

beforeAll(async () => {
  collab = await startTestCollab()
  ann = await collab.arc.person()
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'bounded' })).id
})
afterAll(() => collab?.destroy())
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

async function connect(path: string, port?: number): Promise<Writer> {
  const writer = await connectWriter(ann, workspaceId, path, port === undefined ? {} : { port })
  open.push(writer)
  return writer
}

async function gauge(name: string, port = collab.port): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'm').exec(text)?.[1])
}

/** Writes so much and takes it away again, so many times; each once the one before has come back from the other. */
async function rewrite(from: Writer, to: Writer, letters: number, times: number): Promise<void> {
  const shared = from.doc.getText('content')
  for (let index = 0; index < times; index += 1) {
    const words = `${index} `.repeat(letters).slice(0, letters)
    from.doc.transact(() => {
      shared.delete(0, shared.length)
      shared.insert(0, words)
    })
    await vi.waitFor(() => expect(to.text() === words).toBe(true), { timeout: 10_000, interval: 5 })
  }
}

test('a text that is rewritten again and again takes the room of what it holds', async () => {
  const [a, b] = [await connect('rewritten'), await connect('rewritten')]
  await rewrite(a, b, 400_000, 60)
  expect([a.provider.wsconnected, b.provider.wsconnected]).toEqual([true, true])
  await vi.waitFor(
    async () => {
      const { snapshot } = await collab.arc.prisma.document.findFirstOrThrow({
        where: { path: 'rewritten' },
        select: { snapshot: true },
      })
      const state = await unpackState(snapshot ?? new Uint8Array())
      expect(state.length).toBeGreaterThan(0)
      expect(state.length).toBeLessThan(1_000_000)
    },
    { timeout: 20_000 },
  )
  await vi.waitFor(async () => expect(await gauge('arcx_collab_documents_bytes')).toBeLessThan(3_000_000), {
    timeout: 20_000,
  })
  await collab.kill()
  await collab.start()
  expect((await connect('rewritten')).text() === a.text()).toBe(true)
}, 60_000)

test('one who does not read is let go; nobody waits for them, and what waits is bounded', async () => {
  const [a, b] = [await connect('slow'), await connect('slow')]
  const { url, ticket } = await ann.api.collab.ticket.mutate({ workspaceId })
  const slow = new WebSocket(`${url}/slow?ticket=${ticket}`)
  await once(slow, 'message')
  slow.pause()
  const connections = await gauge('arcx_collab_connections_open_count')
  let most = 0
  const watching = setInterval(
    () => void gauge('arcx_collab_waiting_bytes').then((bytes) => (most = Math.max(most, bytes))),
    50,
  )
  await rewrite(a, b, 1_000_000, 30)
  clearInterval(watching)
  expect(await gauge('arcx_collab_connections_open_count')).toBe(connections - 1)
  expect(most).toBeLessThan(10 * 1024 * 1024)
  expect([a.provider.wsconnected, b.provider.wsconnected]).toEqual([true, true])
  slow.terminate()
}, 60_000)

test('as much as may be open is open: another is told to come back, and comes in once somebody has gone', async () => {
  const { port } = await collab.copy({ ARC_COLLAB_TEXTS_BYTES: '100000' })
  const first = await connect('large', port)
  first.write(0, 'x'.repeat(200_000))
  await vi.waitFor(async () => expect(await gauge('arcx_collab_documents_bytes', port)).toBeGreaterThan(200_000), {
    timeout: 20_000,
  })
  const another = async () => {
    const { ticket } = await ann.api.collab.ticket.mutate({ workspaceId })
    const socket = new WebSocket(`ws://127.0.0.1:${port}/workspaces/${workspaceId}/another?ticket=${ticket}`)
    const said = await Promise.race([
      once(socket, 'close').then(([code]) => Number(code)),
      once(socket, 'message').then(() => 'in'),
    ])
    socket.terminate()
    return said
  }
  expect(await another()).toBe(4507)
  // What is open already stays open to all.
  expect((await connect('large', port)).text()).toHaveLength(200_000)
  for (const each of open.splice(0)) each.close()
  await vi.waitFor(async () => expect(await another()).toBe('in'), { timeout: 5000, interval: 200 })
}, 30_000)

test.each([6, 12])(
  'somebody who wrote %d MB while away brings all of it along, and others see it',
  async (megabytes) => {
    const path = `away-${megabytes}`
    const [away, here] = [await connect(path), await connect(path)]
    away.provider.disconnect()
    const paragraph = `${'Written on the train. '.repeat(2000)}\n`
    while (away.text().length < megabytes * 1024 * 1024) away.write(away.text().length, paragraph)
    here.write(0, 'meanwhile ')
    const closes: number[] = []
    away.provider.on('connection-close', (event) => void closes.push(event?.code ?? 0))
    away.provider.connect()
    await vi.waitFor(() => expect(here.text().length).toBeGreaterThan(megabytes * 1024 * 1024), {
      timeout: 30_000,
      interval: 100,
    })
    await vi.waitFor(() => expect(away.text() === here.text()).toBe(true), { timeout: 10_000, interval: 100 })
    expect(away.text()).toContain('meanwhile ')
    expect(closes).toEqual([])
    // It is stored, and comes whole to who comes later.
    await collab.kill()
    await collab.start()
    const later = await connect(path)
    expect(later.text() === away.text()).toBe(true)
  },
  90_000,
)

test('who may read alone has nothing large to say', async () => {
  const { ticket } = await ann.api.collab.ticket.mutate({ workspaceId })
  const claims = new Tickets(collab.arc.internalToken).read(ticket)
  if (claims === null) throw new Error('The ticket cannot be read.')
  const reader = new WebSocket(
    `ws://127.0.0.1:${collab.port}/workspaces/${workspaceId}/read?ticket=${new Tickets(collab.arc.internalToken).issue({ ...claims, may: 'read' })}`,
  )
  reader.on('error', () => undefined)
  await once(reader, 'open')
  reader.send(Buffer.alloc(5 * 1024 * 1024))
  const [code] = (await once(reader, 'close')) as [number]
  expect(code).toBe(1009)
})

test('texts that nobody has open are unloaded', async () => {
  const writer = await connect('left')
  writer.write(0, 'kept')
  expect(await gauge('arcx_collab_documents_open_count')).toBeGreaterThan(0)
  writer.close()
  await vi.waitFor(async () => expect(await gauge('arcx_collab_documents_open_count')).toBe(0), {
    timeout: 25_000,
    interval: 250,
  })
  expect((await connect('left')).text()).toBe('kept')
}, 40_000)

/** Letters that each stand by themselves, each between two others: seven bytes each, and thirty times that in memory. */
function scattered(letters: number): Uint8Array {
  const encoder = createEncoder()
  for (const each of [0, 2, 1, letters, 9, 0]) writeVarUint(encoder, each)
  for (let index = 0; index < letters; index += 1) {
    writeUint8(encoder, index < 2 ? 4 : 0x84)
    if (index >= 2) for (const each of [9, index - 2]) writeVarUint(encoder, each)
    else {
      writeVarUint(encoder, 1)
      writeVarString(encoder, 'content')
    }
    writeVarString(encoder, 'a')
  }
  writeVarUint(encoder, 0)
  const whole = toUint8Array(encoder)
  const message = createEncoder()
  for (const each of whole.subarray(0, 2)) writeVarUint(message, each)
  writeVarUint8Array(message, whole.subarray(2))
  return toUint8Array(message)
}

const closedBy = async (path: string, port: number, message: Uint8Array): Promise<number> => {
  const { ticket } = await ann.api.collab.ticket.mutate({ workspaceId })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/workspaces/${workspaceId}/${path}?ticket=${ticket}`)
  await once(socket, 'message')
  socket.send(message)
  const [code] = (await once(socket, 'close')) as [number]
  return code
}

test('a text of very many single letters is refused before it is taken apart, however few bytes it has', async () => {
  for (const path of ['scattered-1', 'scattered-2', 'scattered-3'])
    expect(await closedBy(path, collab.port, scattered(1_850_000))).toBe(4413)
  const writer = await connect('scattered-1')
  expect(writer.text()).toBe('')
  expect(await gauge('arcx_collab_documents_bytes')).toBeLessThan(1_000_000)
  writer.write(0, 'goes on')
}, 60_000)

test('what open texts take is counted by what they take in memory, and they do not grow beyond what there is', async () => {
  const { port } = await collab.copy({ ARC_COLLAB_TEXTS_BYTES: '1000000' })
  const message = scattered(150_000)
  const sockets: WebSocket[] = []
  for (const path of ['counted-1', 'counted-2', 'counted-3']) {
    const { ticket } = await ann.api.collab.ticket.mutate({ workspaceId })
    const socket = new WebSocket(`ws://127.0.0.1:${port}/workspaces/${workspaceId}/${path}?ticket=${ticket}`)
    await once(socket, 'message')
    sockets.push(socket)
  }
  for (const [index, socket] of sockets.slice(0, 2).entries()) {
    socket.send(message)
    await vi.waitFor(
      async () => expect(await gauge('arcx_collab_documents_bytes', port)).toBeGreaterThan((index + 1) * 30_000_000),
      { timeout: 20_000 },
    )
  }
  const last = sockets[2]
  if (last === undefined) throw new Error('There is no third.')
  last.send(message)
  expect((await once(last, 'close'))[0]).toBe(4507)
  for (const socket of sockets) socket.terminate()
}, 60_000)
