import { once } from 'node:events'
import { createEncoder, toUint8Array, writeUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { Doc, encodeStateAsUpdate } from 'yjs'
import type { WorkspaceId } from '@arcx/router'
import { openChannel } from '@arcx/service-kit/channel'
import { createLog } from '@arcx/service-kit/log'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import type { Person } from '@arcx/testing/person'
import { connectWriter } from '@arcx/testing/writer'
import type { Writer } from '@arcx/testing/writer'

let collab: TestCollab
let ann: Person
let workspaceId: WorkspaceId
const open: Writer[] = []

beforeAll(async () => {
  collab = await startTestCollab()
  ann = await collab.arc.person()
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'poisoned' })).id
})
afterAll(() => collab?.destroy())
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

async function connect(path: string): Promise<Writer> {
  const writer = await connectWriter(ann, workspaceId, path)
  open.push(writer)
  return writer
}

/** Updates that Yjs decodes, and cannot apply or read again. */
const poisons: Readonly<Record<string, Buffer>> = {
  'a letter that stands beside itself': Buffer.from('01010900840900017a00', 'hex'),
  'a letter within itself': Buffer.from('0101090004000900017a00', 'hex'),
  'a letter beside one that comes later': Buffer.from('01010900840903017a00', 'hex'),
  'something deleted of no length': Buffer.from('01010900010107636f6e74656e740000', 'hex'),
  'something collected of no length': Buffer.from('01010900000000', 'hex'),
}

const syncUpdate = (update: Uint8Array) => {
  const encoder = createEncoder()
  writeVarUint(encoder, 0)
  writeVarUint(encoder, 2)
  writeVarUint8Array(encoder, update)
  return toUint8Array(encoder)
}

async function send(path: string, update: Uint8Array): Promise<number> {
  const { url, ticket } = await ann.api.collab.ticket.mutate({ workspaceId })
  const socket = new WebSocket(`${url}/${path}?ticket=${ticket}`)
  await once(socket, 'message')
  socket.send(syncUpdate(update))
  const [code] = (await once(socket, 'close')) as [number]
  return code
}

const idOf = async (path: string) =>
  (await collab.arc.prisma.document.findFirstOrThrow({ where: { path }, select: { id: true } })).id

/** The two go on, and all that they wrote is there after a restart. */
async function expectAlive(path: string, a: Writer, b: Writer): Promise<void> {
  a.write(0, 'after ')
  await vi.waitFor(() => expect(b.text()).toBe(a.text()), { timeout: 10_000 })
  expect(a.text()).toContain('after ')
  const text = a.text()
  for (const { close } of [a, b]) close()
  await collab.kill()
  await collab.start()
  const again = await connect(path)
  expect(again.text()).toBe(text)
  again.write(0, 'again ')
  const other = await connect(path)
  await vi.waitFor(() => expect(other.text()).toBe(`again ${text}`), { timeout: 10_000 })
}

test.each(Object.entries(poisons))(
  '%s closes the connection of who sends it, and everybody else goes on',
  async (name, poison) => {
    const path = `sent-${Object.keys(poisons).indexOf(name)}`
    const [a, b] = [await connect(path), await connect(path)]
    a.write(0, 'before ')
    await vi.waitFor(() => expect(b.text()).toBe('before '), { timeout: 10_000 })
    expect(await send(path, poison)).toBe(4400)
    await expectAlive(path, a, b)
  },
  60_000,
)

test.each(Object.entries(poisons))(
  'a text that holds %s from before opens without it, and it is set aside',
  async (name, poison) => {
    const path = `stored-${Object.keys(poisons).indexOf(name)}`
    const first = await connect(path)
    first.write(0, 'before ')
    const watcher = await connect(path)
    await vi.waitFor(() => expect(watcher.text()).toBe('before '), { timeout: 10_000 })
    for (const { close } of [first, watcher]) close()
    await collab.kill()
    const documentId = await idOf(path)
    await collab.arc.prisma.documentUpdate.create({
      data: { documentId, update: Uint8Array.from(poison), userId: ann.userId },
    })
    await collab.start()
    const [a, b] = [await connect(path), await connect(path)]
    expect(a.text()).toBe('before ')
    await expectAlive(path, a, b)
    expect(
      await collab.arc.prisma.documentUpdate.findMany({
        where: { documentId, isUnusable: true },
        select: { update: true },
      }),
    ).toEqual([{ update: Uint8Array.from(poison) }])
  },
  60_000,
)

test('a text whose snapshot cannot be read opens with what its file last held', async () => {
  const path = 'snapshot'
  ;(await connect(path)).close()
  const disk = new Doc()
  disk.getText('content').insert(0, 'as the file was')
  await collab.kill()
  const snapshot = Uint8Array.from(poisons['something collected of no length'] ?? [])
  await collab.arc.prisma.document.update({
    where: { id: await idOf(path) },
    data: { snapshot, diskHash: 'x'.repeat(64), diskState: Uint8Array.from(encodeStateAsUpdate(disk)) },
  })
  await collab.start()
  const [a, b] = [await connect(path), await connect(path)]
  expect(a.text()).toBe('as the file was')
  await expectAlive(path, a, b)
}, 60_000)

test('what another copy tells and cannot be applied hurts nobody here', async () => {
  const path = 'told'
  const [a, b] = [await connect(path), await connect(path)]
  a.write(0, 'before ')
  await vi.waitFor(() => expect(b.text()).toBe('before '), { timeout: 10_000 })
  const channel = await openChannel(collab.arc.natsUrl, createLog('test', 'error'))
  const encoder = createEncoder()
  writeUint8Array(encoder, Buffer.from([0]))
  writeUint8Array(encoder, Buffer.from(crypto.randomUUID(), 'latin1'))
  writeUint8Array(encoder, poisons['a letter that stands beside itself'] ?? new Uint8Array())
  channel.publish(`arcx-collab.${await idOf(path)}`, toUint8Array(encoder))
  await channel.flush()
  await channel.close()
  await expectAlive(path, a, b)
}, 60_000)
