import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from '@arcx/launch/ports'
import { UserId } from '@arcx/router'
import type { Census } from '@arcx/testing/census'
import { censusOf, countedInAll } from '@arcx/testing/counted'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import type { Row, Table } from '../table.ts'
import type { Windows } from './crowd.ts'

const crowds = [100, 300, 1000] as const
const windowsOfEach = 10
const workspaces = 20
const changes = 50

/** What a page of the dashboard asks for. */
const asks = ['workspaces.onChange', 'teams.onChange'].map((path, index) =>
  JSON.stringify({ id: index + 1, method: 'subscription', params: { path } }),
)

interface Seen {
  readonly nobody: Census
  readonly all: Census
  readonly changed: Census
  readonly gone: Census
}

/** What the orchestrator holds for windows that wait for changes of a team's workspaces, beside a bare server of WebSockets that sends the same. */
export async function* benchSubscribers(): AsyncIterable<Table> {
  for (const count of crowds) {
    const { ours, message, snapshot } = await ofOrchestrator(count)
    const theirs = await ofPeer(count, snapshot, message)
    const row = (what: string, unit: Row['unit'], value: (seen: Seen) => number): Row => ({
      what,
      ours: value(ours),
      peer: value(theirs),
      unit,
    })
    const mb = 2 ** 20
    yield {
      title: `${count} windows, ${windowsOfEach} of each person of a team, and ${changes} changes told to each`,
      peer: 'bare ws',
      rows: [
        row('heap with nobody', 'MB', ({ nobody }) => nobody.heap / mb),
        row('heap of a window', 'KB', ({ nobody, all }) => (all.heap - nobody.heap) / count / 1024),
        row('heap more than before, all gone', 'MB', ({ nobody, gone }) => (gone.heap - nobody.heap) / mb),
        row('resident with nobody', 'MB', ({ nobody }) => nobody.resident / mb),
        row('resident with all', 'MB', ({ all }) => all.resident / mb),
        row('resident after the changes', 'MB', ({ changed }) => changed.resident / mb),
        row('resident, all gone', 'MB', ({ gone }) => gone.resident / mb),
        row(
          'allocated, a window that comes',
          'KB',
          ({ nobody, all }) => ((all.allocated ?? 0) - (nobody.allocated ?? 0)) / count / 1024,
        ),
        row(
          'allocated, a change told to a window',
          'KB',
          ({ all, changed }) => ((changed.allocated ?? 0) - (all.allocated ?? 0)) / count / changes / 1024,
        ),
      ],
    }
  }
}

async function ofOrchestrator(
  count: number,
): Promise<{ readonly ours: Seen; readonly message: unknown; readonly snapshot: unknown }> {
  const arc = await startTestOrchestrator({ ...countedInAll, ARC_LOG_LEVEL: 'info' })
  try {
    const people: Person[] = []
    for (let index = 0; index < count / windowsOfEach; index += 1) people.push(await arc.person())
    const [owner] = people
    if (owner === undefined) throw new Error('There is nobody.')
    const team = await owner.api.teams.create.mutate({ name: 'crowd' })
    await arc.prisma.membership.createMany({
      data: people
        .slice(1)
        .map(({ userId }) => ({ teamId: team.id, userId: UserId.parse(userId), role: 'member' as const })),
    })
    // Rows alone: no container is needed for a name to change.
    const rows = Array.from({ length: workspaces }, (_, index) => ({
      id: crypto.randomUUID(),
      teamId: team.id,
      createdById: owner.userId,
      name: `row-${index}`,
      state: 'stopped' as const,
      step: null,
      reason: null,
    }))
    await arc.prisma.workspace.createMany({ data: rows })
    const list = await owner.api.workspaces.list.query()
    const [first] = list
    if (first === undefined) throw new Error('There is no workspace.')
    const ours = await course({
      census: () => arc.census(),
      windows: {
        url: `${arc.origin.replace('http', 'ws')}/trpc`,
        origin: arc.origin,
        cookies: Array.from({ length: count }, (_, index) => people[index % people.length]?.cookie ?? ''),
        asks,
        answers: asks.length,
      },
      change: async (round) =>
        void (await owner.api.workspaces.rename.mutate({ workspaceId: first.id, name: `renamed-${round}` })),
    })
    return {
      ours,
      message: inEnvelope({ type: 'changed', workspace: first }),
      snapshot: inEnvelope({ type: 'snapshot', workspaces: list }),
    }
  } finally {
    await arc.destroy()
  }
}

/** As tRPC sends what has an id. */
const inEnvelope = (data: unknown) => ({ id: 1, result: { type: 'data', id: '1', data: { id: '1', data } } })

async function ofPeer(count: number, first: unknown, message: unknown): Promise<Seen> {
  const [port, directory] = [await freePort(), await testDirectory(testRun(), 'peer')]
  const peer = fork(fileURLToPath(new URL('peer.ts', import.meta.url)), [String(port)], {
    execArgv: [],
    env: { ...process.env, ...countedInAll, ARC_DATA_DIR: directory },
  })
  try {
    await once(peer, 'message')
    peer.send({ first: JSON.stringify(first) })
    return await course({
      census: () => censusOf(peer, directory),
      windows: {
        url: `ws://127.0.0.1:${port}`,
        origin: 'http://localhost',
        cookies: Array.from({ length: count }, () => ''),
        asks,
        answers: asks.length,
      },
      change: async () => void peer.send({ next: message }),
    })
  } finally {
    peer.kill()
  }
}

interface ActorPosition {
  readonly windows: Windows
  census(): Promise<Census>
  change(round: number): Promise<void>
}

async function course({ windows, census, change }: ActorPosition): Promise<Seen> {
  // What is made once is there before it is counted.
  await (await gather({ ...windows, cookies: windows.cookies.slice(0, 5) })).part()
  const nobody = await settled(census, 0)
  const crowd = await gather(windows)
  const all = await census()
  for (let round = 1; round <= changes; round += 1) {
    await change(round)
    await crowd.seen(round)
  }
  const changed = await census()
  await crowd.part()
  return { nobody, all, changed, gone: await settled(census, nobody.handles) }
}

interface Crowd {
  /** Until each window has been told as much. */
  seen(changes: number): Promise<void>
  part(): Promise<void>
}

/** Windows that have all that they asked for. */
async function gather(windows: Windows): Promise<Crowd> {
  const child = fork(fileURLToPath(new URL('crowd.ts', import.meta.url)), { execArgv: [] })
  const ended = once(child, 'exit')
  const told = async () => {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
    if (message !== 'in' && message !== 'seen') throw new Error('The crowd broke up.')
  }
  child.send(windows)
  await told()
  return {
    async seen(changes) {
      child.send(changes)
      await told()
    },
    async part() {
      child.send('end')
      await ended
    },
  }
}

/** Until the sockets are closed on this side too: as few of them as there were, or no fewer than a moment ago. */
async function settled(census: () => Promise<Census>, handles: number): Promise<Census> {
  for (let before = Number.POSITIVE_INFINITY; ;) {
    const now = await census()
    if (now.handles <= handles || now.handles === before) return now
    before = now.handles
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
