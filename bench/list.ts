import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { freePort } from '@arcx/launch/ports'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import { median } from './table.ts'
import type { Table } from './table.ts'

const workspaces = 20
const seconds = 4
const rounds = 3

/** `workspaces.list` with its session, database and headers, beside a bare tRPC procedure that returns the same bytes. */
export async function benchList(): Promise<Table> {
  const arc = await startTestOrchestrator()
  const peerPort = await freePort()
  try {
    const person = await arc.person()
    // Rows alone: no container is needed to be listed.
    const rows = Array.from({ length: workspaces }, (_, index) => ({
      id: crypto.randomUUID(),
      ownerId: person.userId,
      name: `row-${index}`,
      state: 'stopped' as const,
      step: null,
      reason: null,
    }))
    await arc.prisma.workspace.createMany({ data: rows })
    const list = await person.api.workspaces.list.query()
    const peer = fork(fileURLToPath(new URL('bare-procedure.ts', import.meta.url)), [String(peerPort)], {
      execArgv: [],
    })
    await once(peer, 'message')
    peer.send(list)
    await once(peer, 'message')
    const headers = { host: `localhost:${arc.port}`, cookie: person.cookie }
    const [ours, theirs]: number[][] = [[], []]
    for (let round = 0; round < rounds; round += 1) {
      ours?.push(await perSecond(`http://127.0.0.1:${arc.port}/trpc/workspaces.list`, headers))
      theirs?.push(await perSecond(`http://127.0.0.1:${peerPort}/list`, {}))
    }
    peer.kill()
    return {
      title: `Requests for ${workspaces} workspaces, 16 at once, ${seconds} s each (median of ${rounds})`,
      peer: 'bare procedure',
      rows: [{ what: 'workspaces.list', ours: median(ours ?? []), peer: median(theirs ?? []), unit: 'per second' }],
    }
  } finally {
    await arc.destroy()
  }
}

async function perSecond(url: string, headers: Record<string, string>): Promise<number> {
  const { requests, non2xx, errors } = await autocannon({ url, headers, connections: 16, duration: seconds })
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests to ${url} failed.`)
  return requests.average
}
