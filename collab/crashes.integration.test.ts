import { randomInt } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { inTransaction } from '@arcx/prisma'
import type { WorkspaceId } from '@arcx/router'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import { fractionsOf } from '@arcx/testing/fraction'
import type { Person } from '@arcx/testing/person'
import { startOwnStores } from '@arcx/testing/stores'
import type { Mortal, OwnStores } from '@arcx/testing/stores'
import { connectWriter } from '@arcx/testing/writer'
import type { Writer } from '@arcx/testing/writer'

const seed = Number(process.env['ARCX_EDIT_SEED'] ?? randomInt(2 ** 31))

let stores: OwnStores
let collab: TestCollab
let people: readonly Person[]
let workspaceId: WorkspaceId
const open: Writer[] = []

beforeAll(async () => {
  stores = await startOwnStores()
  collab = await startTestCollab({ stores })
  const [ann, ben] = [await collab.arc.person(), await collab.arc.person()]
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'crashes' })
  await collab.arc.prisma.membership.create({ data: { teamId, userId: ben.userId, role: 'member' } })
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'crashing', teamId })).id
  people = [ann, ben]
})
afterAll(() => collab?.destroy())
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Once whatever was killed is back, and the orchestrator gives out tickets again. */
async function connect(path: string): Promise<Writer> {
  const person = people[open.length % 2] as Person
  const writer = await vi.waitFor(() => connectWriter(person, workspaceId, path), { timeout: 20_000, interval: 200 })
  open.push(writer)
  return writer
}

/** Each writes its own marks, one after the other, until it is told to end. */
function load(writers: readonly Writer[], random: () => number): { end(): void; readonly written: string[] } {
  const over = new AbortController()
  const written: string[] = []
  for (const [who, writer] of writers.entries()) {
    void (async () => {
      for (let count = 0; !over.signal.aborted; count += 1) {
        const mark = `<${who}.${count}>`
        writer.write(Math.floor(random() * (writer.text().length + 1)), mark)
        written.push(mark)
        await pause(random() * 8)
      }
    })()
  }
  return { end: () => over.abort(), written }
}

/** How much of each client's writing somebody has (Yjs: the end of its clock). */
const clocksOf = (writer: Writer): ReadonlyMap<number, number> =>
  new Map(
    [...writer.doc.store.clients].map(([client, structs]) => [
      client,
      structs.reduce((end, { id, length }) => Math.max(end, id.clock + length), 0),
    ]),
  )

/** For a while nothing can be stored, which is when something told too early shows. */
const hold = (until: Promise<void>): Promise<unknown> =>
  inTransaction(collab.arc.prisma, async (queries) => {
    await queries.$executeRaw`LOCK TABLE "DocumentUpdate" IN ACCESS EXCLUSIVE MODE`
    await until
  }).catch(() => 'the database was killed')

const kinds: Readonly<Record<'team-state' | 'PostgreSQL' | 'NATS', () => Pick<Mortal, 'kill' | 'start'>>> = {
  'team-state': () => collab,
  PostgreSQL: () => stores.postgres,
  NATS: () => stores.nats,
}

for (const kind of ['team-state', 'PostgreSQL', 'NATS'] as const) {
  test(`kill -9 of ${kind} under load, with nobody coming back: whatever others had seen is stored (ARCX_EDIT_SEED=${seed})`, async () => {
    const random = fractionsOf(seed + kind.length)
    for (let round = 0; round < 3; round += 1) {
      const path = `${kind}-${round}`
      const writers = [await connect(path), await connect(path), await connect(path)]
      const { end } = load(writers, random)
      const passed = () =>
        writers.some((writer) => [...clocksOf(writer).keys()].some((client) => client !== writer.doc.clientID))
      await vi.waitFor(() => expect(passed()).toBe(true), { timeout: 20_000, interval: 10 })
      await pause(random() * 600)
      const mortal = kinds[kind]()
      const released = Promise.withResolvers<void>()
      const held = hold(released.promise)
      await pause(random() * 200)
      await mortal.kill()
      // What each has of the others has been acknowledged, and nobody brings it along again.
      for (const { provider } of writers) provider.disconnect()
      end()
      const seen = writers.map(clocksOf)
      const acknowledged = writers.map(
        ({ doc: { clientID } }, who) =>
          [
            clientID,
            Math.max(0, ...seen.filter((_, other) => other !== who).map((clocks) => clocks.get(clientID) ?? 0)),
          ] as const,
      )
      expect(acknowledged.some(([, clock]) => clock > 0)).toBe(true)
      for (const each of open.splice(0)) each.close()
      // What is found then comes from PostgreSQL, and not from memory.
      if (kind !== 'team-state') await collab.kill()
      released.resolve()
      await held
      await mortal.start()
      if (kind !== 'team-state') await collab.start()
      const fresh = await connect(path)
      const stored = clocksOf(fresh)
      for (const [client, clock] of acknowledged) expect(stored.get(client) ?? 0).toBeGreaterThanOrEqual(clock)
      for (const each of open.splice(0)) each.close()
    }
  }, 120_000)
}

test(`all three are killed again and again while four write: no letter is lost, and all end in one text (ARCX_EDIT_SEED=${seed})`, async () => {
  const random = fractionsOf(seed)
  const writers = [await connect('chaos'), await connect('chaos'), await connect('chaos'), await connect('chaos')]
  // A connection that was lost takes a new ticket, as the editor does.
  const renewing = setInterval(() => {
    for (const [index, { provider }] of writers.entries()) {
      if (provider.wsconnected) continue
      void people[index % 2]?.api.collab.ticket.mutate({ workspaceId }).then(
        ({ ticket }) => (provider.params = { ticket }),
        () => undefined,
      )
    }
  }, 500)
  const { end, written } = load(writers, random)
  try {
    for (let round = 0; round < 6; round += 1) {
      const kind = (['team-state', 'PostgreSQL', 'NATS'] as const)[Math.floor(random() * 3)] ?? 'NATS'
      const mortal = kinds[kind]()
      await pause(200 + random() * 800)
      await mortal.kill()
      await pause(random() * 400)
      await vi.waitFor(() => mortal.start(), { timeout: 30_000, interval: 300 })
    }
  } finally {
    end()
  }
  await vi.waitFor(
    () =>
      expect([
        new Set(writers.map(({ text }) => text())).size,
        writers.every(({ provider }) => provider.synced),
      ]).toEqual([1, true]),
    { timeout: 90_000, interval: 100 },
  )
  clearInterval(renewing)
  const letters = written.join('').length
  expect(writers[0]?.text()).toHaveLength(letters)
  for (const each of open.splice(0)) each.close()
  await collab.kill()
  await collab.start()
  expect((await connect('chaos')).text()).toHaveLength(letters)
}, 180_000)
