import { once } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { mostCallsOfRequest } from '@arcx/router'
import { upgrade } from '@arcx/testing/http'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { mostOpen } from './open-calls.ts'

let arc: TestOrchestrator
let [eager, other]: Person[] = []
beforeAll(async () => {
  arc = await startTestOrchestrator()
  ;[eager, other] = await Promise.all([arc.person(), arc.person()])
})
afterAll(() => arc?.destroy())

interface Answered {
  readonly id: number
  readonly result?: { readonly type: string }
  readonly error?: {
    readonly message: string
    readonly data: { readonly code: string; readonly arc: { readonly code: string } }
  }
}

async function routerOf(person: Person | undefined) {
  const socket = new WebSocket(`${arc.origin.replace('http', 'ws')}/trpc`, {
    headers: { cookie: person?.cookie ?? '', origin: arc.origin },
  })
  onTestFinished(() => socket.terminate())
  const told: Answered[] = []
  socket.on('message', (data) => {
    if (String(data) === 'PING') socket.send('PONG')
    else if (String(data) !== 'PONG') told.push(JSON.parse(String(data)))
  })
  await once(socket, 'open')
  return { told, ask: (messages: object[]) => socket.send(JSON.stringify(messages)) }
}
const asked = (id: number, method: string, path: string) => ({ id, method, params: { path } })
const many = (count: number, method: string, path: string) =>
  Array.from({ length: count }, (_, id) => asked(id, method, path))

test('of 2000 calls at once on a connection so many are made as the bound says, the others are refused by their ids, and later ones pass', async () => {
  const router = await routerOf(eager)
  router.ask(many(2000, 'query', 'workspaces.list'))
  await vi.waitFor(() => expect(router.told).toHaveLength(2000), { timeout: 20_000 })
  const refused = router.told.filter(({ error }) => error !== undefined)
  expect(refused).toHaveLength(2000 - mostOpen.connection.calls)
  for (const { error } of refused)
    expect(error?.data).toMatchObject({ code: 'TOO_MANY_REQUESTS', arc: { code: 'too_many_calls' } })
  router.ask([asked(5000, 'query', 'workspaces.list')])
  await vi.waitFor(() => expect(router.told.find(({ id }) => id === 5000)?.result?.type).toBe('data'))
})

test('no connection is opened that holds on to what a client says of itself', async () => {
  const person = await arc.person()
  const { status } = await upgrade(arc.port, '/trpc?connectionParams=1', {
    host: `localhost:${arc.port}`,
    origin: arc.origin,
    cookie: person.cookie,
  })
  expect(status).toBe(400)
})

test('subscriptions have a bound of their own; closing one makes room for the next', async () => {
  const router = await routerOf(eager)
  router.ask(many(1000, 'subscription', 'workspaces.onChange'))
  const started = () => router.told.filter(({ result }) => result?.type === 'started').map(({ id }) => id)
  await vi.waitFor(() => expect(started()).toHaveLength(mostOpen.connection.subscriptions), { timeout: 20_000 })
  expect(router.told.filter(({ error }) => error?.data.arc.code === 'too_many_subscriptions')).toHaveLength(
    1000 - mostOpen.connection.subscriptions,
  )
  router.ask([{ id: started()[0], method: 'subscription.stop' }])
  await vi.waitFor(() => expect(router.told.some(({ result }) => result?.type === 'stopped')).toBe(true))
  router.ask([asked(5000, 'subscription', 'workspaces.onChange')])
  await vi.waitFor(() => expect(started()).toContain(5000))
  expect(await other?.api.workspaces.list.query()).toEqual([])
})

test('one HTTP request holds so many calls and no more', async () => {
  const batch = (count: number) =>
    arc.send(`/trpc/${Array.from({ length: count }, () => 'auth.me').join(',')}?batch=1`, {
      headers: { cookie: eager?.cookie ?? '' },
    })
  const [allowed, refused] = await Promise.all([batch(mostCallsOfRequest), batch(mostCallsOfRequest + 1)])
  expect(allowed.status).toBe(200)
  expect(refused.status).toBe(400)
  expect(refused.body).toContain('exceeds maximum size')
})

test('who asks for figures or readiness at the same time is told the same, and one address cannot ask without end', async () => {
  const ask = (path: string, count: number, from: string) =>
    Promise.all(Array.from({ length: count }, () => arc.send(path, { from })))
  const figures = await ask('/metrics', 50, '127.0.0.30')
  expect(new Set(figures.map(({ body }) => body)).size).toBe(1)
  expect((await ask('/readyz', 50, '127.0.0.31')).map(({ status }) => status)).toEqual(Array(50).fill(200))
  for (const path of ['/metrics', '/readyz']) {
    const answers = await ask(path, 1300, '127.0.0.32')
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(100)
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await arc.send(path, { from: '127.0.0.33' })).status).toBe(200)
  }
})
