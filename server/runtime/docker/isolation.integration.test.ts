import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Workspace } from '@arcx/router'
import { createRunning, runInside, startInside, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { testDeployment, testEngine, testRun } from '@arcx/testing/run'
import { IsolationBreach, tryIsolation } from './canary.ts'
import type { ContainerSettings } from './container.ts'
import { ensureNetwork } from './network.ts'

let arc: TestOrchestrator
let hostile: Workspace
let neighbour: Workspace
let neighbourAddress: string
let gateway: string
let listener: Server
let listenerPort: number

beforeAll(async () => {
  arc = await startTestOrchestrator()
  const person = await arc.person()
  ;[hostile, neighbour] = await Promise.all([createRunning(person, 'hostile'), createRunning(person, 'neighbour')])
  const [info] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${neighbour.id}`] } })
  const network = Object.values(info?.NetworkSettings.Networks ?? {})[0]
  neighbourAddress = network?.IPAddress ?? ''
  gateway = network?.Gateway ?? ''
  await startInside(arc.engine, neighbour.id, ['python3', '-m', 'http.server', '8000', '--bind', '0.0.0.0'])
  await vi.waitFor(async () => expect(await reached([`127.0.0.1:8000`], neighbour)).toHaveLength(1), {
    timeout: 10_000,
  })
  listener = createServer((socket) => socket.end('reached')).listen(0, '0.0.0.0')
  await once(listener, 'listening')
  listenerPort = (listener.address() as AddressInfo).port
})
afterAll(async () => {
  listener?.close()
  await arc?.destroy()
})

/** Tries all targets at once from inside a workspace; those of them that take a TCP connection. */
async function reached(targets: readonly string[], from: Workspace = hostile): Promise<string[]> {
  const program = `const net=require('node:net');Promise.all(process.argv.slice(1).map(target=>new Promise(resolve=>{
    const cut=target.lastIndexOf(':');const socket=net.connect({host:target.slice(0,cut),port:Number(target.slice(cut+1))},()=>{socket.destroy();resolve(target)});
    socket.setTimeout(2000,()=>{socket.destroy();resolve(null)});socket.on('error',()=>resolve(null))}))).then(all=>{console.log(JSON.stringify(all.filter(x=>x)));process.exit()})`
  return JSON.parse((await runInside(arc.engine, from.id, ['node', '-e', program, ...targets])).output)
}
const portOf = (url: string) => new URL(url).port

test('a program of the workspace reaches its own ports, so what follows means something', async () => {
  const own = ['127.0.0.1:8000', `${neighbourAddress}:8000`]
  expect(await reached(own, neighbour)).toEqual(own)
})

describe('from inside a workspace', () => {
  test('another workspace is reached neither by address nor by name', async () => {
    expect(neighbourAddress).toMatch(/^\d+\./)
    expect(
      await reached(
        [neighbourAddress, 'neighbour', 'neighbour.localhost', `arcx-${neighbour.id}-1`].map((host) => `${host}:8000`),
      ),
    ).toEqual([])
    for (const name of ['neighbour', 'neighbour.localhost', 'neighbour.']) {
      expect(
        (await runInside(arc.engine, hostile.id, ['timeout', '5', 'getent', 'ahostsv4', name])).output,
      ).not.toContain(neighbourAddress)
    }
  })

  test('the host’s services are not reached at any of its addresses', async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((entry) => entry.family === 'IPv4' && !entry.internal)
      .map((entry) => entry.address)
    const ports = [listenerPort, arc.port, portOf(arc.databaseUrl), portOf(arc.natsUrl), 22, 2375]
    expect(
      await reached([...new Set([...own, gateway])].flatMap((address) => ports.map((port) => `${address}:${port}`))),
    ).toEqual([])
  })

  test('E2B private ranges, metadata addresses, HTTPS by IP without a host name: nothing answers', async () => {
    const addresses = [
      '169.254.169.254',
      '169.254.170.2',
      '100.100.100.200',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.0.1',
      '1.1.1.1',
    ]
    expect(await reached(addresses.flatMap((address) => [`${address}:80`, `${address}:443`]))).toEqual([])
  })

  test('Docker CVE-2024-29018: no outside name resolves, by whatever resolver', async () => {
    expect(
      (await runInside(arc.engine, hostile.id, ['timeout', '5', 'getent', 'hosts', 'example.com'])).exitCode,
    ).not.toBe(0)
    const query = `const dgram=require('node:dgram');let got=false;const done=()=>{console.log(got?'answered':'silent');process.exit(0)};setTimeout(done,2500);
      for(const server of ['1.1.1.1','8.8.8.8','${gateway}']){const s=dgram.createSocket('udp4');s.on('error',()=>{});s.on('message',()=>{got=true;done()});
      s.send(Buffer.from('000101000001000000000000076578616d706c6503636f6d0000010001','hex'),53,server)}`
    expect((await runInside(arc.engine, hostile.id, ['node', '-e', query])).output.trim()).toBe('silent')
  })

  test('coder/boundary UDP blocked: a datagram does not arrive at the host', async () => {
    const { createSocket } = await import('node:dgram')
    const socket = createSocket('udp4')
    let arrived = false
    socket.on('message', () => (arrived = true))
    socket.bind(0, '0.0.0.0')
    await once(socket, 'listening')
    const { port } = socket.address()
    await runInside(arc.engine, hostile.id, [
      'node',
      '-e',
      `const s=require('node:dgram').createSocket('udp4');s.on('error',()=>{});s.send('x',${port},'${gateway}',()=>setTimeout(()=>process.exit(0),300))`,
    ])
    // The host’s own datagram arrives, so the socket hears.
    const heard = once(socket, 'message')
    createSocket('udp4').send('own', port, '127.0.0.1')
    expect(arrived).toBe(false)
    await heard
    socket.close()
  })

  test('there is no Docker socket, no device, and no way to another user', async () => {
    const look =
      'ls /var/run/docker.sock /run/docker.sock /dev/sda /dev/vda /dev/mem 2>&1; mount -t tmpfs none /mnt 2>&1; unshare -Ur true 2>&1; su -c true 2>&1 < /dev/null; ls /proc/1/root 2>&1; find / -xdev -perm -4000 2>/dev/null | head -3'
    const { output } = await runInside(arc.engine, hostile.id, ['sh', '-c', look])
    for (const name of ['/var/run/docker.sock', '/dev/sda', '/dev/vda', '/dev/mem'])
      expect(output).toContain(`cannot access '${name}'`)
    expect(output).toMatch(/mount:.*(denied|must be superuser)/i)
    expect(output).toMatch(/unshare: .*(not permitted|failed)/i)
  })

  test('OpenHands CVE-2026-112346: the supervisor answers nobody without the key', async () => {
    const ask = `require('node:https').get({socketPath:'/run/arcx/supervisor.sock',path:'/report',rejectUnauthorized:false},r=>{console.log('answered',r.statusCode)}).on('error',()=>console.log('refused'))`
    expect((await runInside(arc.engine, hostile.id, ['node', '-e', ask])).output.trim()).toBe('refused')
    const wrongKey = `const tls=require('node:tls');tls.connect({path:'/run/arcx/supervisor.sock',ciphers:'PSK',minVersion:'TLSv1.3',checkServerIdentity:()=>undefined,pskCallback:()=>({psk:Buffer.alloc(32),identity:'arcx-supervisor'})},()=>console.log('answered')).on('error',()=>console.log('refused'))`
    expect((await runInside(arc.engine, hostile.id, ['node', '-e', wrongKey])).output.trim()).toBe('refused')
  })

  test('a supervisor that another program pretends to be is not believed', async () => {
    const person = await arc.person()
    const victim = await createRunning(person, 'impostor')
    const pretend = `const fs=require('node:fs');fs.unlinkSync('/run/arcx/supervisor.sock');require('node:net').createServer(s=>s.end('HTTP/1.1 200 OK\\r\\n\\r\\n{}')).listen('/run/arcx/supervisor.sock')`
    const before = person.live()
    const honest = await new Promise((resolve) =>
      before.api.workspaces.stats.subscribe({ workspaceId: victim.id }, { onData: ({ id }) => resolve(id) }),
    )
    expect(honest).toBeDefined()
    await before.close()
    await startInside(arc.engine, victim.id, ['node', '-e', pretend])
    await vi.waitFor(
      async () => expect((await runInside(arc.engine, victim.id, ['pgrep', '-f', 'createServer'])).exitCode).toBe(0),
      { timeout: 10_000 },
    )
    const live = person.live()
    // What it says is no report; the next container's supervisor is heard again.
    const ids: string[] = []
    live.api.workspaces.stats.subscribe({ workspaceId: victim.id }, { onData: ({ id }) => ids.push(id) })
    await person.api.workspaces.restart.mutate({ workspaceId: victim.id })
    await vi.waitFor(() => expect(ids.some((id) => id.startsWith('2.'))).toBe(true), { timeout: 20_000 })
    await live.close()
  })
})

describe('sealed', () => {
  test('without any network a workspace works all the same, and reaches nothing', async () => {
    const sealed = await startTestOrchestrator({ ARC_ISOLATION: 'sealed' })
    try {
      const person = await sealed.person()
      const workspace = await createRunning(person, 'sealed')
      expect((await runInside(sealed.engine, workspace.id, ['sh', '-c', 'ls /sys/class/net'])).output.trim()).toBe('lo')
      expect(
        (await runInside(sealed.engine, workspace.id, ['nc', '-z', '-w', '1', gateway, String(sealed.port)])).exitCode,
      ).not.toBe(0)
    } finally {
      await sealed.destroy()
    }
  })

  test('open egress cannot be asked of it', async () => {
    await expect(startTestOrchestrator({ ARC_ISOLATION: 'sealed', ARC_EGRESS: 'open' })).rejects.toThrow(
      'ARC_EGRESS is open, but workspaces here are sealed',
    )
  })
})

test('arcx refuses to start, with the reason, where the canary gets through', async () => {
  const run = testRun()
  const engine = testEngine(run)
  // A network as arcx makes it, on which nobody has closed the host.
  const network = await ensureNetwork(engine, `${run.ARCX_TEST_RUN}-bare`, 'none')
  const seccomp = JSON.stringify(
    JSON.parse(await readFile(fileURLToPath(new URL('../../../deploy/seccomp.json', import.meta.url)), 'utf8')),
  )
  const settings: ContainerSettings = {
    deployment: testDeployment(run),
    image: run.ARCX_TEST_IMAGE,
    domain: 'localhost',
    memoryBytes: 2 ** 30,
    cpuCores: 1,
    pidsLimit: 128,
    seccomp,
    isolation: { form: 'networked', network },
    hasProxy: false,
  }
  await expect(tryIsolation(engine, settings, 'closed')).rejects.toThrow(IsolationBreach)
  await expect(tryIsolation(engine, settings, 'closed')).rejects.toThrow(/A workspace could reach this machine/)
})

test('the firewall’s rules stand before any other and are the same after a second start', async () => {
  const [network] = await arc.engine.listNetworks({ filters: { name: [testRun().ARCX_TEST_NETWORK] } })
  const bridge = `br-${network?.Id.slice(0, 12)}`
  const all = async (hook: string) =>
    (await promisify(execFile)('iptables', ['-S', hook])).stdout
      .split('\n')
      .filter((line) => line.startsWith(`-A ${hook}`))
  for (const [hook, chain] of [
    ['INPUT', 'ARCX-IN'],
    ['DOCKER-USER', 'ARCX-FWD'],
  ] as const) {
    const rules = await all(hook)
    const own = `-A ${hook} -i ${bridge} -j ${chain}-${bridge}`
    expect(rules.slice(0, rules.indexOf(own)).filter((rule) => !rule.includes('-j ARCX-'))).toEqual([])
    const count = rules.filter((rule) => rule === own).length
    await arc.stop()
    await arc.start()
    expect((await all(hook)).filter((rule) => rule === own)).toHaveLength(count)
  }
})
