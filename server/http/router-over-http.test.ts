import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import { fastify } from 'fastify'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ArcError, SessionId, UserId, errors, mostCallsOfRequest } from '@arcx/router'
import type { AppRouter, Context, Ports } from '@arcx/router'
import { appRouter, withTrpcCode } from '@arcx/router/server'
import { serveRouter } from './router-over-http.ts'

const origin = { address: '127.0.0.1', requestId: 'r' }
const person = {
  kind: 'user',
  via: 'session',
  userId: UserId.parse('0b3c0c9e-6f0e-4b39-a1b5-2f0f4cf3a111'),
  sessionId: SessionId.parse('0b3c0c9e-6f0e-4b39-a1b5-2f0f4cf3a112'),
  login: 'ada',
  name: 'Ada “Ü” 🙂',
  role: 'member',
  tier: 'team',
  status: 'active',
  ...origin,
} as const

const frozen = Object.freeze([{ name: 'frozen “Ü” 🙂' }])
/** What procedures call in these tests. */
const ports = {
  authorization: {
    perform: (_call: unknown, work: () => Promise<unknown>) => work(),
    rightsOf: () => [],
  },
  workspaces: {
    rules: { idleTimeoutSeconds: 60 },
    list: async () => frozen,
    freeName: async (_actor: unknown, wanted: string) => {
      if (wanted === 'busy') throw errors.tooManyRequests(7)
      if (wanted === 'broken') throw new Error('at /secret/place')
      if (wanted === 'date') return { at: new Date(0), no: undefined, endless: Number.POSITIVE_INFINITY }
      return `${wanted}-2`
    },
    create: async (_actor: unknown, name: string, teamId: string | null) => ({ name, teamId }),
  },
  identity: { signOut: async () => undefined },
} as unknown as Ports

/** A header `x-who` says who asks, as credentials do elsewhere. */
async function contextOf({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): Promise<Context> {
  if (headers['x-who'] === 'wrong') throw withTrpcCode(errors.tokenWrong())
  if (headers['x-who'] === 'often') throw withTrpcCode(errors.tooManyRequests(9))
  return { ...ports, origin, connection: null, actor: headers['x-who'] === 'nobody' ? null : person }
}

let [ours, stock]: FastifyInstance[] = []
const failures: { ours: string[]; stock: string[] } = { ours: [], stock: [] }
beforeAll(async () => {
  const own = fastify()
  await serveRouter(own, {
    createContext: (request) => contextOf(request),
    onError: ({ code, message }, path) => failures.ours.push(`${code} ${path} ${message}`),
  })
  const peer = fastify()
  await peer.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      maxBatchSize: mostCallsOfRequest,
      createContext: ({ req }) => contextOf(req),
      responseMeta({ errors: [first] }) {
        const wait = first?.cause instanceof ArcError ? first.cause.details['retryAfterSeconds'] : undefined
        return wait === undefined ? {} : { headers: new Headers({ 'retry-after': String(wait) }) }
      },
      onError: ({ error: { code, message }, path }) => failures.stock.push(`${code} ${path} ${message}`),
    },
  } satisfies FastifyTRPCPluginOptions<AppRouter>)
  ;[ours, stock] = [own, peer]
})
afterAll(() => Promise.all([ours?.close(), stock?.close()]))
beforeEach(() => Object.assign(failures, { ours: [], stock: [] }))

const json = { 'content-type': 'application/json' }
const inputs = (...each: unknown[]) => encodeURIComponent(JSON.stringify({ ...each }))
const wanted = (name: string) => encodeURIComponent(JSON.stringify({ wanted: name }))
const many = (count: number) => Array.from({ length: count }, () => 'workspaces.rules').join(',')

/** All that a client can tell two answers apart by; dates aside, and the length, which only ours says. */
async function answerOf(app: FastifyInstance | undefined, request: InjectOptions) {
  const answer = await app?.inject({ method: 'GET', ...request })
  const { date: _date, 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = answer?.headers ?? {}
  return { status: answer?.statusCode, headers, body: answer?.body }
}

describe('a request is answered as tRPC’s own adapter answers it', () => {
  test.each<[string, InjectOptions]>([
    ['a query', { url: '/trpc/workspaces.list' }],
    ['a query that is asked as JSON', { url: '/trpc/workspaces.list', headers: json }],
    ['a query with input', { url: `/trpc/workspaces.freeName?input=${wanted('Ü+ %🙂')}` }],
    ['a query with a plus in its input', { url: '/trpc/workspaces.freeName?input={"wanted":"a+b%2Bc"}' }],
    ['what JSON has no word for', { url: `/trpc/workspaces.freeName?input=${wanted('date')}` }],
    ['a batch of one', { url: '/trpc/workspaces.list?batch=1&input=%7B%7D' }],
    ['a batch without input', { url: '/trpc/workspaces.list,workspaces.rules?batch=1' }],
    [
      'a batch with input of the second',
      { url: `/trpc/workspaces.list,workspaces.freeName?batch=1&input=${inputs(undefined, { wanted: 'a' })}` },
    ],
    ['as many calls as one may', { url: `/trpc/${many(mostCallsOfRequest)}?batch=1` }],
    ['one more', { url: `/trpc/${many(mostCallsOfRequest + 1)}?batch=1` }],
    ['a list that is no batch', { url: '/trpc/workspaces.list,workspaces.rules' }],
    ['a comma that is encoded', { url: '/trpc/workspaces.list%2Cworkspaces.rules?batch=1' }],
    ['no procedure', { url: '/trpc/workspaces.nothing' }],
    ['what every object has', { url: '/trpc/constructor' }],
    ['no procedure among others', { url: '/trpc/workspaces.list,nothing?batch=1' }],
    ['a refusal', { url: '/trpc/workspaces.list', headers: { 'x-who': 'nobody' } }],
    ['refusals alone', { url: '/trpc/workspaces.list,workspaces.rules?batch=1', headers: { 'x-who': 'nobody' } }],
    ['a wrong credential', { url: '/trpc/workspaces.list,workspaces.rules?batch=1', headers: { 'x-who': 'wrong' } }],
    ['a credential too often', { url: '/trpc/workspaces.list', headers: { 'x-who': 'often' } }],
    ['a refusal for a while', { url: `/trpc/workspaces.freeName?input=${wanted('busy')}` }],
    [
      'success and refusals together',
      {
        url: `/trpc/workspaces.list,workspaces.freeName,workspaces.freeName?batch=1&input=${inputs(undefined, { wanted: 'busy' }, { wanted: 'broken' })}`,
      },
    ],
    ['a fault of ours', { url: `/trpc/workspaces.freeName?input=${wanted('broken')}` }],
    ['input that is wrong', { url: '/trpc/workspaces.freeName?input={"wanted":7}' }],
    ['input that is missing', { url: '/trpc/workspaces.freeName' }],
    ['input that is empty', { url: '/trpc/workspaces.freeName?input=' }],
    ['input that is null', { url: '/trpc/workspaces.freeName?input=null' }],
    ['input that is no JSON', { url: '/trpc/workspaces.freeName?input={' }],
    ['input that is no JSON, which nobody reads', { url: '/trpc/workspaces.list?input={' }],
    ['input of a batch that is a list', { url: '/trpc/workspaces.freeName?batch=1&input=[{"wanted":"a"}]' }],
    ['input twice', { url: `/trpc/workspaces.freeName?input=${wanted('a')}&input=${wanted('b')}` }],
    ['input with a broken escape', { url: '/trpc/workspaces.freeName?input={"wanted":"%C3"}' }],
    ['a path with a broken escape', { url: '/trpc/workspaces.list%25C3' }],
    ['connection parameters', { url: '/trpc/workspaces.list?connectionParams=%7B%7D' }],
    ['an answer in parts', { url: '/trpc/workspaces.list?batch=1', headers: { 'trpc-accept': 'application/jsonl' } }],
    ['an answer in parts, but no batch', { url: '/trpc/workspaces.list', headers: { accept: 'application/jsonl' } }],
    ['a query by POST', { method: 'POST', url: '/trpc/workspaces.list', headers: json, payload: '{}' }],
    ['a mutation by GET', { url: '/trpc/auth.signOut' }],
    ['a mutation by PUT', { method: 'PUT', url: '/trpc/auth.signOut', headers: json, payload: '{}' }],
    ['a subscription in a batch', { url: '/trpc/workspaces.onChange?batch=1' }],
    ['headers alone', { method: 'HEAD', url: '/trpc/workspaces.list' }],
    [
      'a mutation',
      {
        method: 'POST',
        url: '/trpc/workspaces.create',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        payload: JSON.stringify({ name: 'Ü 🙂' }),
      },
    ],
    [
      'a batch of mutations',
      {
        method: 'POST',
        url: '/trpc/workspaces.create,workspaces.create?batch=1',
        headers: json,
        payload: JSON.stringify({ 0: { name: 'a' }, 1: { name: 7 } }),
      },
    ],
    ['a mutation that returns nothing', { method: 'POST', url: '/trpc/auth.signOut', headers: json, payload: '{}' }],
    [
      'a query among mutations',
      { method: 'POST', url: '/trpc/auth.signOut,workspaces.list?batch=1', headers: json, payload: '{}' },
    ],
    ['a body that is empty', { method: 'POST', url: '/trpc/workspaces.create', headers: json, payload: '' }],
    ['a body that is no JSON', { method: 'POST', url: '/trpc/workspaces.create', headers: json, payload: '{"name":' }],
    [
      'a body with a mark of its encoding',
      { method: 'POST', url: '/trpc/workspaces.create', headers: json, payload: '\uFEFF{"name":"a"}' },
    ],
    ['no body', { method: 'POST', url: '/trpc/auth.signOut' }],
    ['a body of no type', { method: 'POST', url: '/trpc/auth.signOut', payload: '{}' }],
    [
      'a body of another type',
      { method: 'POST', url: '/trpc/auth.signOut', headers: { 'content-type': 'text/plain' }, payload: '{}' },
    ],
  ])('%s', async (_what, request) => {
    const expected = await answerOf(stock, request)
    expect(await answerOf(ours, request)).toEqual(expected)
    expect(failures.ours).toEqual(failures.stock)
  })
})

test('what is asked by TRACE is not there', async () => {
  const answer = await ours?.inject({ method: 'TRACE' as 'GET', url: '/trpc/workspaces.list' })
  expect(answer?.statusCode).toBe(404)
})

test('what is frozen is answered the same way the second time', async () => {
  const [first, second] = [
    await answerOf(ours, { url: '/trpc/workspaces.list' }),
    await answerOf(ours, { url: '/trpc/workspaces.list' }),
  ]
  expect(second).toEqual(first)
  expect(JSON.parse(second.body ?? '')).toEqual({ result: { data: frozen } })
})
