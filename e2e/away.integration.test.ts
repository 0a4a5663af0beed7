import { once } from 'node:events'
import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { AppRouter } from '@arcx/router'
import { Cli } from '@arcx/testing/cli'
import { enterWorkspace } from '@arcx/testing/entry'
import { send } from '@arcx/testing/http'
import type { Answer } from '@arcx/testing/http'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Live, Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import { startOwnStores } from '@arcx/testing/stores'
import type { OwnStores } from '@arcx/testing/stores'

let stores: OwnStores
let arc: TestOrchestrator
let person: Person
let live: Live
let cli: Cli
let workspaceCookie: string

beforeAll(async () => {
  stores = await startOwnStores()
  arc = await startTestOrchestrator({}, stores)
  person = await arc.person()
  await createRunning(person, 'box')
  workspaceCookie = await enterWorkspace(arc, person, 'box')
  live = person.live()
  await live.api.workspaces.list.query()
  cli = new Cli(await testDirectory(testRun(), 'cli'))
  const { token } = await person.api.tokens.create.mutate({
    name: 'tests',
    scopes: ['workspaces:read', 'workspaces:write'],
  })
  expect((await cli.run(['login', arc.origin, '--token', '-'], token)).code).toBe(0)
})
afterAll(async () => {
  await stores?.postgres.resume()
  await live?.close()
  await arc?.destroy()
})

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const unavailable = {
  kind: 'Unavailable',
  code: 'database_unavailable',
  details: { what: 'database', trouble: 'away', retryAfterSeconds: 5 },
}
const words = 'The database does not answer. Try again in 5 s.'

/** What somebody may ask for, and what they are told while the database is away. */
const ways: Readonly<Record<string, () => Promise<void>>> = {
  async 'the router over HTTP'() {
    const answer = await arc.send('/trpc/workspaces.list', { headers: { cookie: person.cookie } })
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(JSON.parse(answer.body).error).toMatchObject({
      message: words,
      data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, arc: unavailable },
    })
  },
  async 'more at once than there are connections'() {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => arc.send('/trpc/workspaces.list', { headers: { cookie: person.cookie } })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  },
  async 'a change'() {
    const answer = await arc.send('/dashboard/workspace', {
      method: 'POST',
      headers: { cookie: person.cookie, origin: arc.origin, 'content-type': 'application/json' },
      body: '{"name":"never"}',
    })
    expectRefused(answer)
  },
  async 'a plain route'() {
    expectRefused(await arc.send('/api/invites', { headers: { cookie: person.cookie } }))
  },
  async 'a page of the way in'() {
    const answer = await arc.send('/auth/workspace?name=box&to=/&browser=0123456789012345678901234567890123456789012', {
      headers: { cookie: person.cookie, ...page },
    })
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5', 'content-type': expect.stringContaining('text/html') },
    })
    expect(answer.body).toContain(words)
  },
  async 'a workspace’s host'() {
    const answer = await send(arc.port, '/', {
      headers: { host: `box.localhost:${arc.port}`, cookie: workspaceCookie },
    })
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' }, body: words })
  },
  async 'a procedure over a WebSocket that is open'() {
    const error = await live.api.workspaces.list.query().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(TRPCClientError)
    const { message, data } = error as TRPCClientError<AppRouter>
    expect([message, data?.arc]).toEqual([words, unavailable])
  },
  async 'a WebSocket that is about to be opened'() {
    const socket = new WebSocket(`ws://localhost:${arc.port}/trpc`, {
      headers: { authorization: 'Bearer arcx_0000000000000000000000000000000000000000000' },
    })
    socket.on('error', () => undefined)
    const [, response] = await once(socket, 'unexpected-response')
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
    response.destroy()
  },
  async 'the command'() {
    const { code, stderr } = await cli.run(['list'])
    expect([code, stderr]).toEqual([8, expect.stringContaining(words)])
  },
}

function expectRefused(answer: Answer): void {
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
  expect(JSON.parse(answer.body).error).toMatchObject({ ...unavailable, message: words })
}

describe.each([
  ['killed', () => stores.postgres.kill(), () => stores.postgres.start()],
  ['paused', () => stores.postgres.pause(), () => stores.postgres.resume()],
] as const)(
  'while PostgreSQL is %s, whoever asks is told so in time, and all is well without a restart when it is back',
  (_how, lose, bring) => {
    beforeAll(async () => {
      await lose()
      await vi.waitFor(
        async () => expect(JSON.parse((await arc.send('/readyz')).body).dependencies.database).toBe('unavailable'),
        { timeout: 30_000 },
      )
    })

    // Who somebody is, and what they may open, is remembered for a moment.
    test.each(Object.entries(ways))('%s', async (_way, ask) => vi.waitFor(ask, { timeout: 60_000 }))

    test('and then', async () => {
      await bring()
      await vi.waitFor(async () => expect(await arc.send('/readyz')).toMatchObject({ status: 200 }), {
        timeout: 30_000,
      })
      await vi.waitFor(
        async () =>
          expect((await person.api.workspaces.list.query()).map(({ name, state }) => [name, state])).toEqual([
            ['box', 'running'],
          ]),
        { timeout: 30_000 },
      )
      expect((await live.api.workspaces.list.query()).map(({ name }) => name)).toEqual(['box'])
      expect((await cli.run(['list'])).code).toBe(0)
      expect(await arc.log()).not.toMatch(/uncaught|unhandled/i)
    })
  },
)
