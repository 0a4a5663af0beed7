import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { freePort } from '@arcx/launch/ports'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { median } from './table.ts'
import type { Row, Table } from './table.ts'

const workspaces = 20
const atOnce = 16
const seconds = 4
const rounds = 3

interface Measured {
  readonly perSecond: number
  /** Processor time of the server, in microseconds for each request. */
  readonly cpu: number
}

/** A server that is measured: its address, and the processor time that it has had, in microseconds. */
interface Measurable {
  readonly url: string
  cpu(): Promise<number>
}

/** `workspaces.list` with its session, database and headers, beside a bare tRPC procedure that returns the same bytes. */
export async function benchList(): Promise<Table> {
  const arc = await startTestOrchestrator()
  const peerPort = await freePort()
  try {
    const people = await Promise.all(Array.from({ length: atOnce }, () => withWorkspaces(arc)))
    const [person] = people
    if (person === undefined) throw new Error('Nobody is signed in.')
    const peer = fork(fileURLToPath(new URL('bare-procedure.ts', import.meta.url)), [String(peerPort)], {
      execArgv: [],
    })
    await once(peer, 'message')
    peer.send(await person.api.workspaces.list.query())
    await once(peer, 'message')
    const theirs: Measurable = {
      url: `http://127.0.0.1:${peerPort}/list`,
      async cpu() {
        peer.send('cpu')
        const [{ user, system }] = (await once(peer, 'message')) as [NodeJS.CpuUsage]
        return user + system
      },
    }
    const ours: Measurable = {
      url: `http://127.0.0.1:${arc.port}/trpc/workspaces.list`,
      async cpu() {
        const { body } = await arc.send('/metrics')
        return Number(/^process_cpu_seconds_total\b.* ([\d.e+-]+)$/m.exec(body)?.[1]) * 1e6
      },
    }
    const headersOf = ({ cookie }: Person) => ({ host: `localhost:${arc.port}`, cookie })
    const rows: Row[] = []
    for (const [what, who, connections] of [
      [`one person, ${atOnce} at once`, [person], atOnce],
      [`${atOnce} people at once`, people, atOnce],
      ['one person, one after another', [person], 1],
    ] as const) {
      const [own, peers]: [Measured[], Measured[]] = [[], []]
      for (let round = 0; round < rounds; round += 1) {
        own.push(await measure(ours, connections, who.map(headersOf)))
        peers.push(await measure(theirs, connections, [{}]))
      }
      const middle = (each: readonly Measured[], of: keyof Measured) => median(each.map((one) => one[of]))
      rows.push(
        { what, ours: middle(own, 'perSecond'), peer: middle(peers, 'perSecond'), unit: 'per second' },
        { what: '  processor time for each', ours: middle(own, 'cpu'), peer: middle(peers, 'cpu'), unit: 'µs' },
      )
    }
    peer.kill()
    return {
      title: `workspaces.list of ${workspaces}, ${seconds} s each (median of ${rounds})`,
      peer: 'bare procedure',
      rows,
    }
  } finally {
    await arc.destroy()
  }
}

/** Rows alone: no container is needed to be listed. */
async function withWorkspaces(arc: TestOrchestrator): Promise<Person> {
  const person = await arc.person()
  await arc.prisma.workspace.createMany({
    data: Array.from({ length: workspaces }, (_, index) => ({
      id: crypto.randomUUID(),
      ownerId: person.userId,
      name: `row-${index}-${person.userId.slice(0, 8)}`,
      state: 'stopped' as const,
      step: null,
      reason: null,
    })),
  })
  return person
}

/** The connections take turns with the headers. */
async function measure(
  { url, cpu }: Measurable,
  connections: number,
  headers: readonly Record<string, string>[],
): Promise<Measured> {
  let next = 0
  const before = await cpu()
  const { requests, non2xx, errors } = await autocannon({
    url,
    connections,
    duration: seconds,
    setupClient: (client) => client.setHeaders(headers[next++ % headers.length]),
  })
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests to ${url} failed.`)
  return { perSecond: requests.average, cpu: ((await cpu()) - before) / requests.total }
}
