import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { Present, PresenceChange, WorkspaceId } from '@arcx/router'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import type { Live, Person } from '@arcx/testing/person'
import { connectWriter } from '@arcx/testing/writer'
import type { Writer } from '@arcx/testing/writer'

const seed = Number(process.env['ARCX_EDIT_SEED'] ?? randomInt(2 ** 31))

let collab: TestCollab
let second: { readonly port: number; kill(): Promise<void> }
let ann: Person
let ben: Person
let workspaceId: WorkspaceId

beforeAll(async () => {
  collab = await startTestCollab()
  second = await collab.copy()
  ;[ann, ben] = await Promise.all([collab.arc.person(), collab.arc.person()])
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'two-copies' })
  await collab.arc.prisma.membership.create({ data: { teamId, userId: ben.userId, role: 'member' } })
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'over-two', teamId })).id
})
afterAll(() => collab?.destroy())

const open: { close(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

async function connect(person: Person, path: string, port?: number, doc?: Writer['doc']): Promise<Writer> {
  const writer = await connectWriter(person, workspaceId, path, {
    ...(port === undefined ? {} : { port }),
    ...(doc === undefined ? {} : { doc }),
  })
  open.push(writer)
  return writer
}

test('two people on two copies see each other’s words and cursors, and who was on a copy that is killed is gone', async () => {
  const third = await collab.copy()
  const [a, b] = await Promise.all([connect(ann, 'across'), connect(ben, 'across', third.port)])
  a.write(0, 'from one')
  await vi.waitFor(() => expect(b.text()).toBe('from one'), { timeout: 20_000 })
  b.write(8, ' to the other')
  await vi.waitFor(() => expect(a.text()).toBe('from one to the other'), { timeout: 20_000 })
  b.provider.awareness.setLocalStateField('cursor', { line: 7 })
  await vi.waitFor(
    () =>
      expect(a.provider.awareness.getStates().get(b.doc.clientID)).toMatchObject({
        cursor: { line: 7 },
        user: { id: ben.userId },
      }),
    { timeout: 20_000 },
  )
  // One who comes later hears of those on the other copy too.
  const c = await connect(ann, 'across')
  await vi.waitFor(
    () => expect(c.provider.awareness.getStates().get(b.doc.clientID)).toMatchObject({ cursor: { line: 7 } }),
    { timeout: 20_000 },
  )
  b.provider.shouldConnect = false
  await third.kill()
  await vi.waitFor(() => expect(a.provider.awareness.getStates().has(b.doc.clientID)).toBe(false), { timeout: 10_000 })
}, 30_000)

test('a client that moves from one copy to the other loses nothing, what it wrote in between included', async () => {
  const a = await connect(ann, 'moves')
  const b = await connect(ben, 'moves', second.port)
  a.write(0, 'one ')
  await vi.waitFor(() => expect(b.text()).toBe('one '), { timeout: 20_000 })
  a.close()
  b.write(4, 'two ')
  a.write(0, 'zero ')
  const moved = await connect(ann, 'moves', second.port, a.doc)
  await vi.waitFor(() => expect([moved.text(), b.text()]).toEqual(['zero one two ', 'zero one two ']), {
    timeout: 20_000,
  })
  const again = await connect(ann, 'moves')
  expect(again.text()).toBe('zero one two ')
})

test('what is larger than the bus carries reaches the other copy all the same', async () => {
  const [a, b] = await Promise.all([connect(ann, 'large'), connect(ben, 'large', second.port)])
  a.write(0, 'x'.repeat(2_000_000))
  await vi.waitFor(() => expect(b.text().length).toBe(2_000_000), { timeout: 15_000 })
})

test(`random edits by four on two copies, with cuts and a restart of one, end in one text (ARCX_EDIT_SEED=${seed})`, async () => {
  const edit = fc.record({
    who: fc.nat(3),
    what: fc.constantFrom('insert', 'insert', 'insert', 'delete', 'cut', 'back'),
    at: fc.nat(200),
    words: fc.string({ minLength: 1, maxLength: 8 }),
  })
  const [edits = []] = fc.sample(fc.array(edit, { minLength: 300, maxLength: 300 }), { seed, numRuns: 1 })
  const clients = await Promise.all([
    connect(ann, 'random'),
    connect(ben, 'random', second.port),
    connect(ann, 'random', second.port),
    connect(ben, 'random'),
  ])
  for (const [index, { who, what, at, words }] of edits.entries()) {
    const client = clients[who]
    if (client === undefined) continue
    const shared = client.doc.getText('content')
    if (what === 'insert') shared.insert(at % (shared.length + 1), words)
    if (what === 'delete' && shared.length > 0) shared.delete(at % shared.length, 1)
    if (what === 'cut') client.provider.disconnect()
    if (what === 'back') client.provider.connect()
    if (index === 150) {
      await collab.kill()
      await collab.start()
    }
    if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  // A client's ticket may have run out while it was away; it comes back with a new one.
  for (const client of clients) client.close()
  const back = await Promise.all(
    clients.map((client, index) =>
      connect(index % 2 === 0 ? ann : ben, 'random', index % 3 === 0 ? undefined : second.port, client.doc),
    ),
  )
  await vi.waitFor(() => expect(new Set(back.map(({ text }) => text())).size).toBe(1), { timeout: 10_000 })
  const fresh = await connect(ann, 'random')
  expect(fresh.text()).toBe(back[0]?.text())
}, 60_000)

test('somebody in an editor is seen by the router’s readers and by other editors, with file and line, and gone when the window is', async () => {
  const room = async (person: Person, port = collab.port) => {
    const { url, ticket } = await person.api.collab.ticket.mutate({ workspaceId })
    const at = new URL(`${url}?ticket=${ticket}`)
    at.port = String(port)
    const socket = new WebSocket(at)
    const present = new Map<string, Present>()
    const told: string[] = []
    socket.on('message', (data) => {
      told.push(String(data))
      const change = JSON.parse(String(data)) as PresenceChange
      if (change.type === 'snapshot') for (const each of change.present) present.set(each.id, each)
      else if (change.type === 'here') present.set(change.present.id, change.present)
      else present.delete(change.id)
    })
    await once(socket, 'open')
    open.push(socket)
    return { present, socket, told }
  }
  const live: Live = ann.live()
  const seen = new Map<string, Present>()
  live.api.presence.onWorkspace.subscribe(
    { workspaceId },
    {
      onData({ data }) {
        if (data.type === 'snapshot') for (const each of data.present) seen.set(each.id, each)
        else if (data.type === 'here') seen.set(data.present.id, data.present)
        else seen.delete(data.id)
      },
    },
  )
  const a = await room(ann)
  const b = await room(ben, second.port)
  // In another workspace, of which those here are shown nothing.
  const elsewhere = (await ann.api.workspaces.create.mutate({ name: 'out-of-sight' })).id
  const agent = ann.live()
  await agent.api.presence.set.mutate({
    agent: 'Secret plan',
    place: { client: 'agent', workspaceId: elsewhere, file: 'a.ts' },
  })
  await agent.close()
  b.socket.send(JSON.stringify({ type: 'here', file: 'src/main.ts', line: 12, typing: true, state: 'active' }))
  const place = { client: 'ide', workspaceId, file: 'src/main.ts', line: 12, typing: true, state: 'active' }
  await vi.waitFor(() => expect(a.present.get(ben.userId)?.places).toEqual([place]), { timeout: 20_000 })
  await vi.waitFor(() => expect(seen.get(ben.userId)?.places).toEqual([place]), { timeout: 20_000 })
  expect(b.present.has(ann.userId)).toBe(true)
  expect([...a.told, ...b.told].join()).not.toContain('Secret plan')
  b.socket.terminate()
  await vi.waitFor(() => expect([a.present.has(ben.userId), seen.has(ben.userId)]).toEqual([false, false]), {
    timeout: 10_000,
  })
  const c = await room(ben)
  const closed = once(c.socket, 'close')
  c.socket.send(JSON.stringify({ type: 'here', file: 'x', line: 0, typing: true, state: 'active' }))
  expect((await closed)[0]).toBe(4400)
  await live.close()
}, 30_000)
