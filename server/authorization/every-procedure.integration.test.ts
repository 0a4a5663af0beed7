import { once } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { appRouter } from '@arcx/router/server'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { everyActor } from '@arcx/testing/rights/actors'
import type { TargetKind, TestedActor, RightsFixture } from '@arcx/testing/rights/actors'
import { calls } from '@arcx/testing/rights/calls'
import { procedures } from './procedures.ts'
import type { ProcedurePath } from './procedures.ts'
import { rightTo } from './rights.ts'
import type { Operation } from './rights.ts'
import { routes } from './routes.ts'
import type { Route } from './routes.ts'

/** What is said to somebody who has no right, or must not know that it is there. */
const refusals = new Set([
  'signed_out',
  'session_needed',
  'payment_awaited',
  'scope_missing',
  'forbidden',
  'owner_stays',
  'workspace_not_found',
  'team_not_found',
  'secret_not_found',
  'endpoint_not_found',
  'event_delivery_not_found',
  'workflow_not_found',
  'workflow_run_not_found',
])
const paths = Object.keys(procedures) as ProcedurePath[]
/** These end what the one who asks has shown, or what others ask about. */
const endings = ['workspaces.remove', 'tokens.revokeOwn', 'auth.signOut'] as const satisfies readonly ProcedurePath[]

const { _def: definition } = appRouter
/** Flat by their paths, which its type does not say. */
const everyProcedure = definition.procedures as unknown as Readonly<
  Record<string, { readonly _def: { readonly type: string } }>
>
function typeOf(path: ProcedurePath): string | undefined {
  const { _def: procedure } = everyProcedure[path] ?? {}
  return procedure?.type
}

let arc: TestOrchestrator
let fixture: RightsFixture
beforeAll(async () => {
  arc = await startTestOrchestrator()
  fixture = await everyActor(arc)
})
afterAll(() => arc?.destroy())

/** What the table says, worked out apart from the server's checks. */
function mayPass(actor: TestedActor, operation: Operation, about: TargetKind): boolean {
  const { relations, scope, bound } = rightTo(operation)
  if (!actor.relations[about].some((relation) => relations.includes(relation))) return false
  if (actor.via !== 'token') return true
  if (scope === 'never') return false
  const covering = scope === null ? [] : [scope, scope.replace(':read', ':write')]
  if (scope !== null && !actor.scopes.some((each) => covering.includes(each))) return false
  if (actor.bound === null || bound === 'any' || bound === 'narrowed') return true
  return bound === 'inside' && actor.bound.here && about.endsWith('workspace')
}

interface Answer {
  readonly error?: { readonly message: string; readonly data: { readonly arc: { readonly code: string } | null } }
}

async function byRequest(actor: TestedActor, path: ProcedurePath, input: unknown): Promise<string> {
  const headers = { ...actor.headers, 'content-type': 'application/json' }
  const encoded = JSON.stringify(input)
  const answer =
    typeOf(path) === 'mutation'
      ? await arc.send(`/trpc/${path}`, {
          method: 'POST',
          headers,
          ...(encoded === undefined ? {} : { body: encoded }),
        })
      : await arc.send(`/trpc/${path}${encoded === undefined ? '' : `?input=${encodeURIComponent(encoded)}`}`, {
          headers,
        })
  // A subscription is refused within its stream of events.
  const refused = /^event: serialized-error\ndata: (.*)$/m.exec(answer.body)?.[1]
  return outcomeOf(path, refused === undefined ? JSON.parse(answer.body) : { error: JSON.parse(refused) })
}

function outcomeOf(path: ProcedurePath, { error }: Answer): string {
  if (error === undefined) return 'done'
  if (error.data.arc === null) throw new Error(`${path} was not understood: ${error.message}`)
  return error.data.arc.code
}

/** The first that comes of a subscription; where nothing has to come, that it stands. */
async function bySocket(socket: WebSocket, path: ProcedurePath, input: unknown, passes: boolean): Promise<string> {
  const id = Math.floor(Math.random() * 1e9)
  const told: (Answer & { readonly id: number; readonly result?: { readonly type: string } })[] = []
  const listen = (data: Buffer) => {
    if (String(data) === 'PING') socket.send('PONG')
    else if (String(data) !== 'PONG') told.push(JSON.parse(String(data)))
  }
  socket.on('message', listen)
  socket.send(JSON.stringify({ id, method: 'subscription', params: { path, input } }))
  const own = () => told.filter((each) => each.id === id)
  const said = await vi.waitFor(
    () => {
      const last = own().find(({ error, result }) => error !== undefined || passes || result?.type !== 'started')
      if (last === undefined) throw new Error(`Nothing came of ${path}.`)
      return last
    },
    { timeout: 10_000, interval: 5 },
  )
  socket.send(JSON.stringify({ id, method: 'subscription.stop' }))
  socket.off('message', listen)
  return outcomeOf(path, said)
}

test('the table and the calls name every procedure of the router, and nothing else', () => {
  expect(paths.toSorted()).toEqual(Object.keys(everyProcedure).toSorted())
  expect(Object.keys(calls).toSorted()).toEqual(paths.toSorted())
})

const bodies: Readonly<Partial<Record<Route, object>>> = {
  'POST /dashboard/workspace': { name: 'Not A Name' },
  'POST /api/invites': {},
  'POST /internal/collab/rights': [],
}

test('of everybody who asks by a plain route, those get through whom the table names', async () => {
  // What leads on in any case is tested where it leads.
  const asked = (Object.keys(routes) as Route[]).filter(
    (route) =>
      !route.startsWith('UPGRADE ') && routes[route].operation !== 'server.enter' && route !== 'GET /auth/workspace',
  )
  expect(asked.length).toBeGreaterThan(9)
  const wrong: string[] = []
  for (const [index, actor] of fixture.actors.entries())
    for (const route of asked) {
      const [method = '', path = ''] = route.replace(':username', 'nobody-is-called-so').split(' ')
      const { operation } = routes[route]
      const passes = mayPass(actor, operation, rightTo(operation).relations.includes('self') ? 'self' : 'server')
      const body = bodies[route]
      const answer = await arc.send(path, {
        method,
        // Limits count by address.
        from: `127.0.1.${index + 1}`,
        headers: { ...actor.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const code: string = answer.status < 300 ? 'done' : JSON.parse(answer.body).error.code
      if ((refusals.has(code) || code === 'token_wrong') === passes)
        wrong.push(`${actor.name}: ${route}: ${code}, where it ${passes ? 'may' : 'may not'}`)
    }
  expect(wrong).toEqual([])
}, 120_000)

test('of everybody who asks, by every procedure, about everything it may be about, those get through whom the table names', async () => {
  const wrong: string[] = []
  for (const actor of fixture.actors) {
    const socket =
      actor.via === 'session' || actor.via === 'token'
        ? new WebSocket(`${arc.origin.replace('http', 'ws')}/trpc`, { headers: actor.headers })
        : null
    if (socket !== null) {
      onTestFinished(() => socket.terminate())
      await once(socket, 'open')
    }
    const [remove, revokeOwn, signOut] = endings
    const last: readonly ProcedurePath[] =
      actor.via === 'session' ? [remove, revokeOwn, signOut] : [remove, signOut, revokeOwn]
    for (const path of [...paths.filter((each) => !last.includes(each)), ...last])
      for (const call of calls[path]) {
        const passes = mayPass(actor, procedures[path].operation, call.about)
        const input = await call.input?.(fixture, actor)
        const outcome =
          typeOf(path) === 'subscription' && socket !== null
            ? await bySocket(socket, path, input, passes)
            : await byRequest(actor, path, input)
        if (refusals.has(outcome) === passes)
          wrong.push(`${actor.name}: ${path} about ${call.about}: ${outcome}, where it ${passes ? 'may' : 'may not'}`)
      }
    socket?.terminate()
  }
  expect(wrong).toEqual([])
}, 300_000)
