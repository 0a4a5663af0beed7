import { TRPCError, getTRPCErrorFromUnknown, getTRPCErrorShape } from '@trpc/server'
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify'
import type { FastifyHandlerOptions } from '@trpc/server/adapters/fastify'
import { getHTTPStatusCode } from '@trpc/server/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ArcError, mostCallsOfRequest } from '@arcx/router'
import type { AppRouter, Context } from '@arcx/router'
import { appRouter } from '@arcx/router/server'
import { plainCallsOf } from './plain-calls.ts'
import type { PlainCall, PlainCalls } from './plain-calls.ts'
import { SharedAnswers } from './shared-answers.ts'

export interface RouterOverHttpDependencies {
  /** What procedures are called with. @throws what each call of the request is refused with. */
  createContext(request: FastifyRequest): Promise<Context>
  onError(error: TRPCError, path: string | undefined): void
}

/** Of one call: what it is answered with, and why, where it failed. */
interface Answered {
  readonly bytes: Buffer
  readonly status: number
  readonly error: TRPCError | null
}

const {
  _def: { _config: config },
} = appRouter
const answers = new SharedAnswers()

/**
 * Serves the router under `/trpc`. tRPC's own adapter makes a `Request` of what came, and reads its answer out of the
 * stream of a `Response`, which costs more than most procedures do. So plain calls are answered here, with the same
 * bytes, and by that adapter all else: answers in parts, forms, what is wrong as a request.
 */
export async function serveRouter(app: FastifyInstance, dependencies: RouterOverHttpDependencies): Promise<void> {
  const options: FastifyHandlerOptions<AppRouter, FastifyRequest, FastifyReply> = {
    router: appRouter,
    maxBatchSize: mostCallsOfRequest,
    createContext: ({ req }) => dependencies.createContext(req),
    responseMeta({ errors: [first] }) {
      const wait = retryAfterOf(first)
      return wait === undefined ? {} : { headers: new Headers({ 'retry-after': wait }) }
    },
    onError: ({ error, path }) => dependencies.onError(error, path),
  }
  await app.register(async (scope) => {
    // As text, which is parsed as input of what is called.
    scope.removeContentTypeParser(['application/json', 'multipart/form-data'])
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    scope.addContentTypeParser('multipart/form-data', (_request, body, done) => done(null, body))
    scope.route<{ Params: { path: string } }>({
      // Of one by TRACE the adapter could make no `Request`.
      method: scope.supportedMethods.filter((method) => method !== 'TRACE'),
      url: '/trpc/:path',
      async handler(request, reply) {
        const { path } = request.params
        const plain = plainCallsOf(request, path)
        if (plain === null) await fastifyRequestHandler({ ...options, req: request, res: reply, path })
        else await answer(plain, request, reply, dependencies)
        return reply
      },
    })
  })
}

async function answer(
  { type, isBatch, calls }: PlainCalls,
  request: FastifyRequest,
  reply: FastifyReply,
  { createContext, onError }: RouterOverHttpDependencies,
): Promise<void> {
  const context = await createContext(request).catch((error: unknown) => getTRPCErrorFromUnknown(error))
  const answered = await Promise.all(
    calls.map((call, index) => answerCall(call, index, type, context).catch((cause: unknown) => refusal(cause, call))),
  )
  function refusal(cause: unknown, { path }: PlainCall): Answered {
    const error = getTRPCErrorFromUnknown(cause)
    onError(error, path)
    const ctx = context instanceof TRPCError ? undefined : context
    const body = { error: getTRPCErrorShape({ config, error, type, path, input: undefined, ctx }) }
    return { bytes: Buffer.from(JSON.stringify(body)), status: getHTTPStatusCode(body), error }
  }
  const statuses = new Set(answered.map(({ status }) => status))
  const [status = 200, another] = statuses
  const wait = retryAfterOf(answered.find(({ error }) => error !== null)?.error)
  if (wait !== undefined) reply.header('retry-after', wait)
  reply
    .code(another === undefined ? status : 207)
    .header('vary', 'trpc-accept, accept')
    .header('content-type', 'application/json')
    .send(isBatch ? list(answered.map(({ bytes }) => bytes)) : answered[0]?.bytes)
}

async function answerCall(
  { path, procedure, input }: PlainCall,
  batchIndex: number,
  type: PlainCalls['type'],
  context: Context | TRPCError,
): Promise<Answered> {
  if (context instanceof TRPCError) throw context
  const data: unknown = await procedure({
    ctx: context,
    path,
    type,
    batchIndex,
    getRawInput: async () => input(),
    // Subscriptions alone end with their caller.
    signal: undefined,
  })
  return { bytes: answers.encode(data), status: 200, error: null }
}

const [opening, between, closing] = ['[', ',', ']'].map((mark) => Buffer.from(mark))

function list(parts: readonly Buffer[]): Buffer {
  const pieces = parts.flatMap((part, index) => [index === 0 ? opening : between, part])
  return Buffer.concat([...pieces, closing].flatMap((piece) => piece ?? []))
}

/** In seconds, where it is worth asking again. */
function retryAfterOf(error: TRPCError | null | undefined): string | undefined {
  const wait = error?.cause instanceof ArcError ? error.cause.details['retryAfterSeconds'] : undefined
  return wait === undefined ? undefined : String(wait)
}
