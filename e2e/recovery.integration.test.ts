import { afterEach, describe, expect, test, vi } from 'vitest'
import { send } from '@arcx/testing/http'
import { testEngine, testRun } from '@arcx/testing/run'
import { commandOf, newPlace, startProduct } from './product.ts'
import type { Installation, Product } from './product.ts'
import { signIn } from './signed-in.ts'

const running: Product[] = []
async function start(place: Installation, by?: 'npm'): Promise<Product> {
  const product = await startProduct(place, 'run', by)
  running.push(product)
  return product
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((product) => product.interrupt()))
})

/** The run's network serves all: an engine has addresses for thirty or so. */
const ownPlace = () => newPlace({ ARC_NETWORK: testRun().ARCX_TEST_NETWORK })

const patient = { timeout: 120_000, interval: 100 }

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The processes that `npm start` keeps, by what stands in their command lines. */
const kinds = {
  PostgreSQL: /\/bin\/postgres -D /,
  NATS: /nats-server .*nats\.conf/,
  'arc-proxy': /\/proxy\/main\.ts/,
  'team-state': /\/collab\/main\.ts/,
  orchestrator: /\/server\/main\.ts/,
} as const
type Kind = keyof typeof kinds

function pidOf(product: Product, kind: Kind): number | undefined {
  return product.descendants().find((pid) => kinds[kind].test(commandOf(pid)))
}

const containersOf = async (place: Installation) => {
  const list = await testEngine(testRun()).listContainers({
    filters: { label: [`arcx.deployment=${place.environment['ARC_DEPLOYMENT']}`] },
  })
  return list.map(({ Id }) => Id)
}

const readiness = async (place: Installation): Promise<{ ready: boolean; dependencies: Record<string, string> }> =>
  JSON.parse((await send(place.port, '/readyz')).body)

const allWell = {
  ready: true,
  dependencies: { database: 'ok', bus: 'ok', engine: 'ok', 'arc-proxy': 'ok', 'team-state': 'ok' },
}

async function withWorkspace(product: Product, name: string, signedIn?: Awaited<ReturnType<typeof signIn>>) {
  const ask = signedIn ?? (await signIn(product))
  await ask('workspaces.create', { name })
  await vi.waitFor(
    async () =>
      expect((await ask('workspaces.list')).find((each: { name: string }) => each.name === name)?.state).toBe(
        'running',
      ),
    patient,
  )
  return ask
}

test('whatever npm start has started is started again when it is killed, any number of times, and takes neither the server nor a workspace with it', async () => {
  const place = await ownPlace()
  const product = await start(place)
  const ask = await withWorkspace(product, 'lives-on')
  const containers = await containersOf(place)
  expect(containers).toHaveLength(1)
  for (const kind of ['PostgreSQL', 'NATS', 'arc-proxy', 'team-state', 'orchestrator'] as const) {
    const others = (Object.keys(kinds) as Kind[]).filter((each) => each !== kind).map((each) => pidOf(product, each))
    for (let kill = 0; kill < 4; kill += 1) {
      const killed = pidOf(product, kind)
      if (killed === undefined) throw new Error(`${kind} does not run.`)
      process.kill(killed, 'SIGKILL')
      await vi.waitFor(async () => {
        const now = pidOf(product, kind)
        expect([now !== undefined, now !== killed], `${kind}: ${product.output()}`).toEqual([true, true])
        expect(await readiness(place)).toMatchObject(allWell)
      }, patient)
    }
    expect(
      (Object.keys(kinds) as Kind[]).filter((each) => each !== kind).map((each) => pidOf(product, each)),
      kind,
    ).toEqual(others)
    expect(await containersOf(place), kind).toEqual(containers)
  }
  // It still does its work: rows, events, containers and the way out.
  await withWorkspace(product, 'made-afterwards', ask)
}, 600_000)

test('while something does not answer, /readyz says what, and all goes on when it does', async () => {
  const place = await ownPlace()
  const product = await start(place)
  const parts = [
    ['PostgreSQL', 'database', false],
    ['NATS', 'bus', false],
    ['arc-proxy', 'arc-proxy', true],
    ['team-state', 'team-state', true],
  ] as const
  for (const [kind, dependency, ready] of parts) {
    const main = pidOf(product, kind)
    const all = product
      .descendants()
      .filter((pid) => pid === main || (kind === 'PostgreSQL' && commandOf(pid).startsWith('postgres: ')))
    for (const pid of all) process.kill(pid, 'SIGSTOP')
    await vi.waitFor(
      async () =>
        expect(await readiness(place)).toMatchObject({
          ready,
          dependencies: { ...allWell.dependencies, [dependency]: 'unavailable' },
        }),
      patient,
    )
    expect((await send(place.port, '/healthz')).status).toBe(200)
    for (const pid of all) process.kill(pid, 'SIGCONT')
    await vi.waitFor(async () => expect(await readiness(place)).toMatchObject(allWell), patient)
  }
}, 300_000)

test('straight after everything was killed at once, npm start comes up, and finds the containers as they were', async () => {
  const place = await ownPlace()
  let product = await start(place)
  await withWorkspace(product, 'survivor')
  const containers = await containersOf(place)
  for (let round = 0; round < 3; round += 1) {
    const all = [...product.launchers(), ...product.descendants()]
    for (const pid of all) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    running.length = 0
    product = await start(place)
    expect(await containersOf(place)).toEqual(containers)
  }
  for (let round = 0; round < 3; round += 1) {
    // The launcher alone: what it has started is on its way out while the next one starts.
    for (const pid of product.launchers()) process.kill(pid, 'SIGKILL')
    running.length = 0
    product = await start(place)
    expect(await containersOf(place)).toEqual(containers)
  }
  const ask = await signIn(product)
  expect(await ask('workspaces.list')).toMatchObject([{ name: 'survivor', state: 'running' }])
}, 600_000)

describe('a real npm start that is asked to end stops everything in order', () => {
  test.for([
    ['by INT to npm alone', 'SIGINT', 'npm'],
    ['by TERM to npm alone', 'SIGTERM', 'npm'],
    ['by HUP to npm alone, which does not hand it on', 'SIGHUP', 'npm'],
    ['by Ctrl-C at a terminal, which every process gets', 'SIGINT', 'group'],
    ['by a terminal that is closed', 'SIGHUP', 'terminal'],
  ] as const)('%s', { timeout: 240_000 }, async ([, signal, to]) => {
    const place = await ownPlace()
    const product = await start(place, 'npm')
    await withWorkspace(product, 'ends')
    const all = [...product.launchers(), ...product.descendants()]
    if (to === 'terminal') product.hangUp()
    process.kill(to === 'npm' ? product.pid : -product.pid, signal)
    await vi.waitFor(() => expect(all.filter(isAlive).map(commandOf)).toEqual([]), patient)
    await product.ended
    expect(await containersOf(place)).toEqual([])
    if (to !== 'terminal') expect(product.output().match(/Stopping…/g)).toHaveLength(1)
    running.length = 0
  })

  test('and one that is started meanwhile waits for it', async () => {
    const place = await ownPlace()
    const first = await start(place)
    const ended = first.interrupt()
    const second = await start(place)
    expect((await ended).code).toBe(0)
    expect(await readiness(place)).toMatchObject({ ready: true })
    running.splice(0, 1)
    expect(second.output()).not.toContain('running already')
  }, 240_000)
})
