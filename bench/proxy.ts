import { execFile, fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import autocannon from 'autocannon'
import { freePort } from '@arcx/launch/ports'
import { ProxyRig } from '@arcx/testing/proxy'
import { testDirectory, testRun } from '@arcx/testing/run'
import { until } from '@arcx/testing/until'
import { median } from './table.ts'
import type { Table } from './table.ts'

const secretCount = 20
const seconds = 4
const rounds = 3
const mitmproxyVersion = '11.0.2'
const sizes = [
  ['1 KB of JSON', 1000, 32],
  ['100 KB of JSON', 100_000, 32],
  ['10 MB of JSON', 10_000_000, 8],
] as const
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Somewhere that takes absolute addresses: a socket's path or a port. */
type Door = { readonly socketPath: string } | { readonly port: number }

interface Bench {
  readonly ours: Door
  readonly rig: ProxyRig
  readonly upstreamPort: number
  readonly values: readonly string[]
  start(child: ChildProcess): void
}

/** arc-proxy with twenty secrets to hide and the record on, and a server for it to call. */
async function withProxy<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const values = Array.from({ length: secretCount }, () => `sk-live-${randomBytes(24).toString('base64')}`)
  const rig = await ProxyRig.start(
    values.map((value, index) => ({
      name: `KEY_${index}`,
      value,
      placeholder: `sk-live-${String(index).padStart(value.length - 8, '0')}`,
      host: 'api.test',
    })),
    { ARC_LOG_LEVEL: 'warn' },
  )
  const children: ChildProcess[] = []
  try {
    const upstreamPort = await freePort()
    const upstream = fork(file('upstream.ts'), [String(upstreamPort)], { execArgv: [] })
    children.push(upstream)
    await once(upstream, 'message')
    return await work({
      ours: { socketPath: rig.socketOf(rig.workspaceId) },
      rig,
      upstreamPort,
      values,
      start: (child) => void children.push(child),
    })
  } finally {
    for (const child of children) child.kill()
    await rig.close()
  }
}

/** Beside a plain Node forwarder that passes bytes on. */
export function benchProxy(): Promise<Table> {
  return withProxy(async ({ ours, rig, upstreamPort, start }) => {
    const peer = { socketPath: join(rig.directory, 'bare.sock') }
    const bare = fork(file('bare-forwarder.ts'), [peer.socketPath, String(upstreamPort)], { execArgv: [] })
    start(bare)
    await once(bare, 'message')
    const rows: Table['rows'][number][] = []
    for (const [what, size, connections] of sizes)
      rows.push({
        what,
        ...(await inTurns(
          () => perSecond(ours, `http://api.test:${upstreamPort}/${size}`, connections),
          () => perSecond(peer, `http://api.test:${upstreamPort}/${size}`, connections),
        )),
        unit: 'per second',
      })
    const url = `http://api.test:${upstreamPort}`
    rows.push({
      what: 'first byte of 1 KB, one at a time',
      ours: await firstByte(ours, `${url}/1000`, 400),
      peer: await firstByte(peer, `${url}/1000`, 400),
      unit: 'ms',
    })
    rows.push({
      what: 'first token of a stream',
      ours: await firstByte(ours, `${url}/stream`, 15),
      peer: await firstByte(peer, `${url}/stream`, 15),
      unit: 'ms',
    })
    rows.push({
      what: 'a stream of 100 tokens, whole',
      ours: await wholeOf(ours, `${url}/stream`, 15),
      peer: await wholeOf(peer, `${url}/stream`, 15),
      unit: 'ms',
    })
    const before = await rig.memory()
    let peak = before
    const watching = setInterval(() => void rig.memory().then((now) => (peak = Math.max(peak, now))), 50)
    const took = await wholeOf(ours, `${url}/gigabyte`, 1)
    clearInterval(watching)
    rows.push({
      what: '1 GB through it',
      ours: 1024 / (took / 1000),
      peer: 1024 / ((await wholeOf(peer, `${url}/gigabyte`, 1)) / 1000),
      unit: 'MB per second',
    })
    rows.push({ what: 'its memory meanwhile (and before)', ours: peak / 2 ** 20, peer: before / 2 ** 20, unit: 'MB' })
    return {
      title: `arc-proxy, ${secretCount} secrets, the record on, ${seconds} s each (median of ${rounds})`,
      peer: 'plain forwarder',
      rows,
    }
  })
}

/** Beside mitmproxy, which replaces the same values where they stand as they are. */
export async function benchMitmproxy(): Promise<Table> {
  const python = await mitmproxy()
  return withProxy(async ({ ours, upstreamPort, values, start }) => {
    const port = await freePort()
    start(
      spawn(
        join(python, 'bin', 'mitmdump'),
        ['--quiet', '--listen-host', '127.0.0.1', '--listen-port', String(port), '-s', file('mitmproxy.py')],
        { env: { ...process.env, BENCH_VALUES: values.join(' ') }, stdio: 'ignore' },
      ),
    )
    await until(async () => {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.destroy()
    }, 20_000)
    const rows: Table['rows'][number][] = []
    for (const [what, size, connections] of sizes) {
      const rates = await inTurns(
        () => perSecond(ours, `http://api.test:${upstreamPort}/${size}`, connections),
        () => perSecond({ port }, `http://127.0.0.1:${upstreamPort}/${size}`, connections),
      )
      rows.push({ what, ...rates, unit: 'per second' })
    }
    return {
      title: `arc-proxy, ${secretCount} secrets, the record on, ${seconds} s each (median of ${rounds})`,
      peer: `mitmproxy ${mitmproxyVersion}`,
      rows,
    }
  })
}

/** Installed once beside what tests keep. @throws where PyPI cannot be reached. */
async function mitmproxy(): Promise<string> {
  const directory = join(await testDirectory(testRun(), 'mitmproxy'), 'venv')
  const run = promisify(execFile)
  if (!existsSync(directory)) await run('python3', ['-m', 'venv', directory])
  await run(join(directory, 'bin', 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `mitmproxy==${mitmproxyVersion}`,
  ])
  return directory
}

/** In turns, so that what else the machine does meets both. */
async function inTurns(
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<{ readonly ours: number; readonly peer: number }> {
  const [mine, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    mine.push(await ours())
    theirs.push(await peer())
  }
  return { ours: median(mine), peer: median(theirs) }
}

async function perSecond(door: Door, address: string, connections: number): Promise<number> {
  const where =
    'port' in door ? { url: `http://127.0.0.1:${door.port}` } : { url: 'http://api.test', socketPath: door.socketPath }
  const { requests, non2xx, errors } = await autocannon({
    ...where,
    connections,
    duration: seconds,
    requests: [{ method: 'GET', path: address }],
  })
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed.`)
  return requests.average
}

async function ask(door: Door, path: string): Promise<IncomingMessage> {
  const asked = request({ ...door, path, agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

const firstByte = (door: Door, path: string, times: number) =>
  timed(times, async () => {
    const response = await ask(door, path)
    const from = performance.now()
    await once(response, 'data')
    const waited = performance.now() - from
    response.destroy()
    return waited
  })

const wholeOf = (door: Door, path: string, times: number) =>
  timed(times, async () => {
    const response = await ask(door, path)
    response.resume()
    await once(response, 'end')
    return 0
  })

async function timed(times: number, work: () => Promise<number>): Promise<number> {
  const each: number[] = []
  for (let index = 0; index < times; index += 1) {
    const from = performance.now()
    await work()
    each.push(performance.now() - from)
  }
  return median(each)
}
