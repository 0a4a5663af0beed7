import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { WebSocket } from 'ws'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { freePort } from '@arcx/launch/ports'
import type { WorkspaceId } from '@arcx/router'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import { editingHistories } from '@arcx/testing/history'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import { median } from '../table.ts'
import type { Row, Table } from '../table.ts'
import { packState } from '@arcx/collab/documents/packed-state'
import type { CrowdSeen, CrowdWork } from './crowd.ts'
import { lastWord, room, speeches } from './protocol.ts'
import type { Kind } from './protocol.ts'

const peers = ['bare ws', 'Socket.IO', 'Hocuspocus'] as const
const crowds = [100, 500, 2000] as const
const seconds = 3
const rounds = 3
const people = 51
const idle = 5000
const edits = 20_000
const largeBytes = 10 * 1024 * 1024
const largeLoads = 5
/** More than as much, in which little comes twice. */
const sources = [
  'playwright-core/lib/coreBundle.js',
  'playwright-core/lib/utilsBundle.js',
  'prisma/build/studio.js',
].map((name) => `../../node_modules/${name}`)
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

interface ActorPosition {
  readonly pid: number
  urls(count: number): Promise<readonly string[]>
}

/** team-state with its tickets, its rights asked each second and all stored, beside peers that do none of that. */
export async function* benchTogether(): AsyncIterable<Table> {
  const collab = await startTestCollab({ changes: { ARC_COLLAB_MESSAGE_RATE: '1000000', ARC_LOG_LEVEL: 'warn' } })
  const children: ChildProcess[] = []
  try {
    const ours = await placeOf(collab)
    const places = new Map<Kind, ActorPosition>([['team-state', ours.place]])
    for (const kind of peers) places.set(kind, await startPeer(kind, children))
    const place = (kind: Kind): ActorPosition => places.get(kind) ?? ours.place

    const seen = new Map<string, CrowdSeen[]>()
    for (let round = 0; round < rounds; round += 1) {
      for (const count of crowds) {
        for (const kind of ['team-state', ...peers] as const) {
          const key = `${kind} ${count}`
          seen.set(key, [
            ...(seen.get(key) ?? []),
            await crowd({ kind, urls: await place(kind).urls(count + 1), seconds, updates: null, onlyStay: false }),
          ])
        }
      }
    }
    const of = (kind: Kind, count: number, what: keyof CrowdSeen) =>
      median((seen.get(`${kind} ${count}`) ?? []).map((each) => each[what]))
    yield* peers.map((peer): Table => ({
      title: `A cursor to all others, as fast as they take it, and at 20 a second (median of ${rounds})`,
      peer,
      rows: crowds.flatMap((count): Row[] => [
        {
          what: `${count} listeners: delivered`,
          ours: of('team-state', count, 'perSecond'),
          peer: of(peer, count, 'perSecond'),
          unit: 'per second',
        },
        {
          what: `${count} listeners: p99`,
          ours: of('team-state', count, 'p99Ms'),
          peer: of(peer, count, 'p99Ms'),
          unit: 'ms',
        },
      ]),
    }))

    const typed = typedUpdates()
    const perSecond: Record<string, number[]> = {}
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of ['team-state', 'Hocuspocus', 'bare ws'] as const) {
        const { perSecond: each } = await crowd({
          kind,
          urls: await place(kind).urls(3),
          seconds,
          updates: typed,
          onlyStay: false,
        })
        ;(perSecond[kind] ??= []).push(each)
      }
    }
    for (const peer of ['Hocuspocus', 'bare ws'] as const) {
      yield {
        title: `${typed.length.toLocaleString('en')} edits of one history, typed by one and seen by two; team-state has them in PostgreSQL by then (median of ${rounds})`,
        peer,
        rows: [
          {
            what: 'edits',
            ours: median(perSecond['team-state'] ?? []),
            peer: median(perSecond[peer] ?? []),
            unit: 'per second',
          },
        ],
      }
    }

    const memory: Record<string, number> = {}
    for (const kind of ['team-state', ...peers] as const)
      memory[kind] = await memoryPerConnection(
        kind,
        kind === 'team-state' ? await ours.fresh() : await startPeer(kind, children),
      )
    for (const peer of peers)
      yield {
        title: `Memory for each of ${idle} connections to one text`,
        peer,
        rows: [
          { what: 'resident', ours: memory['team-state'] ?? Number.NaN, peer: memory[peer] ?? Number.NaN, unit: 'KB' },
        ],
      }

    yield await largeDocument(collab, ours.workspaceId, ours.ann, children)
  } finally {
    for (const child of children) child.kill()
    await collab.destroy()
  }
}

async function placeOf(collab: TestCollab): Promise<{
  readonly place: ActorPosition
  fresh(): Promise<ActorPosition>
  readonly workspaceId: WorkspaceId
  readonly ann: Person
}> {
  const ann = await collab.arc.person()
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'crowd' })
  const all = [ann]
  while (all.length < people) {
    const next = await collab.arc.person()
    await collab.arc.prisma.membership.create({ data: { teamId, userId: next.userId, role: 'member' } })
    all.push(next)
  }
  const { id: workspaceId } = await ann.api.workspaces.create.mutate({ name: 'crowd', teamId })
  const placeAt = ({ pid, port }: { readonly pid: number; readonly port: number }): ActorPosition => ({
    pid,
    async urls(count) {
      const path = `bench-${randomUUID()}.txt`
      const tickets = await Promise.all(all.map((person) => person.api.collab.ticket.mutate({ workspaceId })))
      return Array.from(
        { length: count },
        (_, index) =>
          `ws://127.0.0.1:${port}/workspaces/${workspaceId}/${path}?ticket=${tickets[index % tickets.length]?.ticket}`,
      )
    },
  })
  return { workspaceId, ann, place: placeAt(collab), fresh: async () => placeAt(await collab.copy()) }
}

async function startPeer(
  kind: (typeof peers)[number],
  children: ChildProcess[],
  ...more: string[]
): Promise<ActorPosition> {
  const port = await freePort()
  const child = fork(file('peer.ts'), [kind, String(port), ...more], { execArgv: [] })
  children.push(child)
  await once(child, 'message')
  const path = kind === 'Socket.IO' ? '/socket.io/?EIO=4&transport=websocket' : '/'
  return {
    pid: child.pid ?? 0,
    urls: (count) => Promise.resolve(Array.from({ length: count }, () => `ws://127.0.0.1:${port}${path}`)),
  }
}

async function crowd(work: CrowdWork): Promise<CrowdSeen> {
  const child = fork(file('crowd.ts'), { execArgv: [], serialization: 'advanced' })
  child.send(work)
  const [seen] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`The crowd at ${work.kind} broke up.`))),
  ])) as [CrowdSeen]
  if (child.exitCode === null) await once(child, 'exit')
  return seen
}

/** One letter an update, in the order of a history; the last is the word by which one knows that all are there. */
function typedUpdates(): readonly Uint8Array[] {
  const doc = new Doc()
  const text = doc.getText('content')
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => void updates.push(update))
  for (const { patches } of editingHistories().toSorted((a, b) => b.patches.length - a.patches.length)) {
    text.delete(0, text.length)
    for (const [at, remove, insert] of patches) {
      if (updates.length >= edits) return ended()
      if (remove > 0) text.delete(at, remove)
      for (let index = 0; index < insert.length; index += 1) text.insert(at + index, insert.charAt(index))
    }
  }
  return ended()

  function ended(): readonly Uint8Array[] {
    text.insert(text.length, lastWord)
    return updates
  }
}

const resident = async (pid: number) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1])

/** In KB, of a process that has served nobody yet. */
async function memoryPerConnection(kind: Kind, place: ActorPosition): Promise<number> {
  await crowd({ kind, urls: await place.urls(2), seconds: 1, updates: null, onlyStay: false })
  const before = await resident(place.pid)
  const child = fork(file('crowd.ts'), { execArgv: [], serialization: 'advanced' })
  child.send({ kind, urls: await place.urls(idle), seconds, updates: null, onlyStay: true } satisfies CrowdWork)
  await once(child, 'message')
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const during = await resident(place.pid)
  child.send('end')
  await once(child, 'exit')
  return (during - before) / idle
}

/** From a server that does not have it in memory to a client that has all of it. */
async function largeDocument(
  collab: TestCollab,
  workspaceId: WorkspaceId,
  ann: Person,
  children: ChildProcess[],
): Promise<Table> {
  const doc = new Doc()
  const words = (await Promise.all(sources.map((name) => readFile(file(name), 'utf8')))).join('').slice(0, largeBytes)
  // By pieces, as a text comes to be.
  for (let at = 0; at < words.length; at += 2000) doc.getText('content').insert(at, words.slice(at, at + 2000))
  const state = Buffer.from(encodeStateAsUpdate(doc))
  const packed = await packState(state)
  const stored = join(await testDirectory(testRun(), 'large'), 'document')
  await writeFile(stored, state)
  const [ours, theirs]: number[][] = [[], []]
  for (let load = 0; load < largeLoads; load += 1) {
    const path = `large-${load}`
    await collab.arc.prisma.document.create({ data: { id: randomUUID(), workspaceId, path, snapshot: packed } })
    const { ticket } = await ann.api.collab.ticket.mutate({ workspaceId })
    ours?.push(
      await loadTime('team-state', `ws://127.0.0.1:${collab.port}/workspaces/${workspaceId}/${path}?ticket=${ticket}`),
    )
    const peer = await startPeer('Hocuspocus', children, stored)
    const [url = ''] = await peer.urls(1)
    theirs?.push(await loadTime('Hocuspocus', url))
  }
  return {
    title: `A text of ${largeBytes / 2 ** 20} MB, from PostgreSQL (Hocuspocus: from a file) to a client (median of ${largeLoads})`,
    peer: 'Hocuspocus',
    rows: [{ what: 'loaded', ours: median(ours ?? []), peer: median(theirs ?? []), unit: 'ms' }],
  }
}

async function loadTime(kind: 'team-state' | 'Hocuspocus', url: string): Promise<number> {
  const begun = performance.now()
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const speech = speeches[kind]
  await once(socket, 'open')
  for (const said of speech.enter()) socket.send(said)
  socket.send(askAll(kind))
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      if (data.length > largeBytes) resolve()
    })
  })
  const took = performance.now() - begun
  socket.terminate()
  return took
}

/** Step 1 of the sync protocol, with nothing of one's own. */
function askAll(kind: 'team-state' | 'Hocuspocus'): Uint8Array {
  const encoder = createEncoder()
  if (kind === 'Hocuspocus') writeVarString(encoder, room)
  writeVarUint(encoder, 0)
  writeVarUint(encoder, 0)
  writeVarUint8Array(encoder, new Uint8Array([0]))
  return toUint8Array(encoder)
}
