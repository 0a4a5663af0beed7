import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { freePort } from '@arcx/launch/ports'
import { Pairs, Replacer } from '@arcx/proxy/replace/replacer'
import { variantsOf } from '@arcx/proxy/replace/variants'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import { median } from './table.ts'
import type { Table } from './table.ts'

const secrets = 20
const connections = 32
const seconds = 4
const rounds = 3
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Calls through arc-proxy with twenty secrets to hide and the record on, beside the same library passing bytes on. */
export async function benchProxy(): Promise<Table> {
  const upstreamPort = await freePort()
  const arc = await startTestOrchestrator({ ARC_EGRESS: 'proxy', ARC_EGRESS_EXEMPT: '127.0.0.1/32', ARC_EGRESS_NAMES: 'api.test=127.0.0.1', ARC_LOG_LEVEL: 'warn' })
  const children: ChildProcess[] = []
  const start = async (name: string, args: readonly string[]) => {
    const child = fork(file(name), [...args], { execArgv: [] })
    children.push(child)
    await once(child, 'message')
  }
  try {
    const person = await arc.person()
    for (let index = 0; index < secrets; index += 1) await person.api.secrets.set.mutate({ name: `KEY_${index}`, value: `sk-live-${randomBytes(24).toString('base64')}`, hosts: ['api.test'] })
    const id = crypto.randomUUID()
    await arc.database.insertInto('Workspace').values({ id, ownerId: person.userId, name: 'bench', state: 'stopped', step: null, reason: null }).execute()
    const directory = join(arc.directory, 'workspaces', id, 'sockets')
    await mkdir(directory, { recursive: true })
    await arc.openEgress(id)
    const bare = join(arc.directory, 'bare.sock')
    await start('upstream.ts', [String(upstreamPort)])
    await start('bare-forwarder.ts', [bare, String(upstreamPort)])
    const rows: Table['rows'][number][] = []
    for (const [what, size] of [['1 KB of JSON', 1000], ['100 KB of JSON', 100_000]] as const) {
      const [ours, theirs]: [number[], number[]] = [[], []]
      for (let round = 0; round < rounds; round += 1) {
        ours.push(await perSecond(join(directory, 'proxy.sock'), `http://api.test:${upstreamPort}/${size}`))
        theirs.push(await perSecond(bare, `http://api.test:${upstreamPort}/${size}`))
      }
      rows.push({ what, ours: median(ours), peer: median(theirs), unit: 'per second' })
    }
    rows.push({ what: 'looking through 8 MiB of JSON', ours: scanned(true), peer: scanned(false), unit: 'MB per second' })
    return { title: `arc-proxy, ${secrets} secrets, ${connections} connections, ${seconds} s each (median of ${rounds})`, peer: 'passing on', rows }
  } finally {
    for (const child of children) child.kill()
    await arc.destroy()
  }
}

/** With twenty secrets to look for; the peer copies the bytes to text and back. */
function scanned(isLooking: boolean): number {
  const pairs = new Pairs(Array.from({ length: secrets }, () => randomBytes(24).toString('base64')).flatMap((value) => variantsOf(value, 'x'.repeat(value.length))))
  const chunk = Buffer.from(JSON.stringify(Array.from({ length: 600 }, (_, index) => ({ id: index, name: `item number ${index}`, url: `https://example.com/things/${index}` }))))
  const pieces = Math.ceil((8 * 2 ** 20) / chunk.length)
  const times = Array.from({ length: 5 }, () => {
    const replacer = new Replacer(pairs)
    const from = performance.now()
    for (let piece = 0; piece < pieces; piece += 1) {
      if (isLooking) replacer.write(chunk)
      else Buffer.from(chunk.toString('latin1'), 'latin1')
    }
    return performance.now() - from
  })
  return (pieces * chunk.length) / 2 ** 20 / (median(times) / 1000)
}

async function perSecond(socketPath: string, address: string): Promise<number> {
  const { requests, non2xx, errors } = await autocannon({ url: 'http://api.test', socketPath, connections, duration: seconds, requests: [{ method: 'GET', path: address }] })
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed.`)
  return requests.average
}
