import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Present, PresenceChange, TeamId, WorkspaceId } from '@arcx/router'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Live, Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let ann: Person
let ben: Person
let teamId: TeamId
let workspaceId: WorkspaceId
let elsewhereId: WorkspaceId
const lives: Live[] = []

beforeAll(async () => {
  arc = await startTestOrchestrator()
  ;[ann, ben] = await Promise.all([arc.person(), arc.person()])
  teamId = (await ann.api.teams.create.mutate({ name: 'present' })).id
  await arc.prisma.membership.create({ data: { teamId, userId: ben.userId, role: 'member' } })
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'where-they-are', teamId })).id
  elsewhereId = (await ben.api.workspaces.create.mutate({ name: 'bens-own' })).id
})
afterEach(async () => {
  await Promise.all(lives.splice(0).map((live) => live.close()))
})
afterAll(() => arc?.destroy())

const liveOf = (person: Person): Live => {
  const live = person.live()
  lives.push(live)
  return live
}

/** What a reader knows, from what it was told. */
class Seen {
  readonly changes: PresenceChange[] = []
  readonly ids: string[] = []
  readonly present = new Map<string, Present>()
  error: string | null = null

  readonly onData = ({ id, data }: { id: string; data: PresenceChange }) => {
    this.ids.push(id)
    this.changes.push(data)
    if (data.type === 'snapshot') {
      this.present.clear()
      for (const each of data.present) this.present.set(each.id, each)
    } else if (data.type === 'here') this.present.set(data.present.id, data.present)
    else this.present.delete(data.id)
  }
  readonly onError = (error: { message: string }) => {
    this.error = error.message
  }
}

const watchTeam = (person: Person) => {
  const seen = new Seen()
  const live = liveOf(person)
  live.api.presence.onTeam.subscribe({ teamId }, seen)
  return { seen, live }
}

test('a team sees who is here and where; several tabs are one person, and what they do elsewhere is not told', async () => {
  const { seen } = watchTeam(ann)
  await vi.waitFor(() => expect(seen.changes).toEqual([{ type: 'snapshot', present: [] }]), { timeout: 20_000 })
  const [tab, other] = [liveOf(ben), liveOf(ben)]
  await tab.api.presence.set.mutate({
    place: { client: 'web', workspaceId, file: 'src/main.ts', line: 12, typing: true },
  })
  await other.api.presence.set.mutate({
    place: { client: 'desktop', workspaceId: elsewhereId, file: 'secret-plan.md', state: 'idle' },
  })
  await vi.waitFor(() => expect(seen.present.get(ben.userId)?.places).toHaveLength(2), { timeout: 20_000 })
  expect(seen.present.size).toBe(1)
  expect(seen.present.get(ben.userId)?.places).toEqual([
    { client: 'web', workspaceId, file: 'src/main.ts', line: 12, typing: true, state: 'active' },
    { client: 'desktop', workspaceId: null, file: null, line: null, typing: false, state: 'idle' },
  ])
  await tab.close()
  await vi.waitFor(() => expect(seen.present.get(ben.userId)?.places).toHaveLength(1), { timeout: 20_000 })
  await other.api.presence.set.mutate({ place: null })
  await vi.waitFor(() => expect(seen.present.size).toBe(0), { timeout: 20_000 })
  expect(JSON.stringify(seen.changes)).not.toContain('secret-plan')
})

test('in a workspace, an agent of somebody’s is shown as one, and a program that runs as the CLI', async () => {
  const seen = new Seen()
  liveOf(ann).api.presence.onWorkspace.subscribe({ workspaceId }, seen)
  await liveOf(ben).api.presence.set.mutate({
    agent: 'Refactorer',
    place: { client: 'agent', workspaceId, file: 'a.ts' },
  })
  await vi.waitFor(
    () =>
      expect([...seen.present.values()]).toMatchObject([
        { userId: ben.userId, agent: 'Refactorer', places: [{ client: 'agent', file: 'a.ts' }] },
      ]),
    { timeout: 20_000 },
  )
})

test('a reader of one workspace is told nothing of who comes, works and goes in another', async () => {
  const seen = new Seen()
  liveOf(ann).api.presence.onWorkspace.subscribe({ workspaceId }, seen)
  await vi.waitFor(() => expect(seen.changes).toHaveLength(1), { timeout: 20_000 })
  const other = liveOf(ben)
  const set = (file: string) =>
    other.api.presence.set.mutate({
      agent: 'Secret plan',
      place: { client: 'agent', workspaceId: elsewhereId, file },
    })
  await set('a.ts')
  await set('b.ts')
  await other.close()
  // What comes in order behind it.
  const tab = liveOf(ann)
  await tab.api.presence.set.mutate({ place: { client: 'web', workspaceId } })
  await vi.waitFor(() => expect(seen.present.has(ann.userId)).toBe(true), { timeout: 20_000 })
  await tab.close()
  await vi.waitFor(() => expect(seen.present.has(ann.userId)).toBe(false), { timeout: 20_000 })
  expect(JSON.stringify(seen.changes)).not.toContain(ben.userId)
  expect(JSON.stringify(seen.changes)).not.toContain('Secret plan')
})

test('one that falls silent, as a computer that sleeps, is gone within ten seconds; so is one that called by requests', async () => {
  const { seen } = watchTeam(ann)
  const live = liveOf(ben)
  await live.api.presence.set.mutate({ place: { client: 'web', workspaceId } })
  await ann.api.presence.set.mutate({ tab: 'polling', place: { client: 'cli', workspaceId } })
  await vi.waitFor(() => expect(seen.present.size).toBe(2), { timeout: 20_000 })
  const began = Date.now()
  live.fallSilent()
  await vi.waitFor(() => expect(seen.present.size).toBe(0), { timeout: 15_000 })
  expect(Date.now() - began).toBeLessThan(10_000)
}, 30_000)

test('after a cut a reader goes on with no gap and no repeat', async () => {
  const { seen, live } = watchTeam(ann)
  await vi.waitFor(() => expect(seen.changes).toHaveLength(1), { timeout: 20_000 })
  const tab = liveOf(ben)
  for (let line = 1; line <= 40; line += 1) {
    await tab.api.presence.set.mutate({ place: { client: 'web', workspaceId, file: 'a.ts', line } })
    if (line % 10 === 5) live.cut()
  }
  await vi.waitFor(() => expect(seen.present.get(ben.userId)?.places[0]?.line).toBe(40), { timeout: 10_000 })
  expect(seen.changes.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
  expect(new Set(seen.ids).size).toBe(seen.ids.length)
  const lines = seen.changes.flatMap((change) => (change.type === 'here' ? [change.present.places[0]?.line ?? 0] : []))
  expect(lines).toEqual(lines.toSorted((a, b) => a - b))
})

test('a restart of the server leaves nobody who is not there, and brings back who is', async () => {
  const { seen } = watchTeam(ann)
  const tab = liveOf(ben)
  await tab.api.presence.set.mutate({ place: { client: 'web', workspaceId } })
  await vi.waitFor(() => expect(seen.present.size).toBe(1), { timeout: 20_000 })
  await arc.kill()
  await arc.start()
  await vi.waitFor(() => expect(seen.changes.at(-1)).toEqual({ type: 'snapshot', present: [] }), { timeout: 20_000 })
  await vi.waitFor(
    async () => {
      // As a client says it: whenever its connection is another.
      await tab.api.presence.set.mutate({ place: { client: 'web', workspaceId } })
      expect(seen.present.size).toBe(1)
    },
    { timeout: 20_000, interval: 500 },
  )
}, 60_000)

test('strangers see nobody and stand nowhere; who leaves a team is told nothing more and is in its workspaces no more', async () => {
  const stranger = await arc.person()
  const refused = new Seen()
  liveOf(stranger).api.presence.onTeam.subscribe({ teamId }, refused)
  await vi.waitFor(() => expect(refused.error).toContain('no such team'), { timeout: 20_000 })
  await expect(stranger.api.presence.set.mutate({ place: { client: 'web', workspaceId } })).rejects.toThrow(
    'no such workspace',
  )

  const leaving = await arc.person()
  await arc.prisma.membership.create({ data: { teamId, userId: leaving.userId, role: 'member' } })
  const inWorkspace = new Seen()
  liveOf(ann).api.presence.onWorkspace.subscribe({ workspaceId }, inWorkspace)
  const theirs = watchTeam(leaving)
  await theirs.live.api.presence.set.mutate({ place: { client: 'web', workspaceId, file: 'a.ts' } })
  await vi.waitFor(() => expect(inWorkspace.present.has(leaving.userId)).toBe(true), { timeout: 20_000 })
  await leaving.api.teams.leave.mutate({ teamId })
  await vi.waitFor(() => expect(inWorkspace.present.has(leaving.userId)).toBe(false), { timeout: 5000 })
  await vi.waitFor(() => expect(theirs.seen.error).toContain('no such team'), { timeout: 5000 })
})
