import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import fastifyRateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import { LogController, fastify } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors, pagePaths, refusalOf } from '@arcx/router'
import type { Ports } from '@arcx/router'
import { withTrpcCode } from '@arcx/router/server'
import { addressKey } from '@arcx/service-kit/connections/client-address'
import type { TrustedProxies } from '@arcx/service-kit/connections/client-address'
import { boundedServer } from '@arcx/service-kit/connections/http-server'
import type { Most } from '@arcx/service-kit/connections/limit'
import { guarded } from '@arcx/service-kit/guarded'
import { readiness } from '@arcx/service-kit/health'
import type { Dependency } from '@arcx/service-kit/health'
import type { Log } from '@arcx/service-kit/log'
import { Histogram } from '@arcx/service-kit/metrics'
import type { Registry } from '@arcx/service-kit/metrics'
import type { Addresses } from '../addresses.ts'
import { requireListed } from '../authorization/routes.ts'
import type { WorkspaceHosts } from '../entry/workspace-hosts.ts'
import type { Actors, HttpActor } from './actors.ts'
import { messagePage, pageHeaders } from '../browser/page.ts'
import { serveRouter } from './router-over-http.ts'
import { securityHeadersFor } from './security-headers.ts'
import { sharedResult } from './shared-result.ts'
import { statusOfKind } from './status.ts'

export interface EdgeDependencies {
  readonly addresses: Addresses
  readonly actors: Actors
  readonly ports: Ports
  readonly workspaceHosts: Pick<WorkspaceHosts, 'request'>
  readonly checks: readonly Dependency[]
  readonly metrics: Registry
  readonly log: Log
  readonly most: Most
  readonly proxies: TrustedProxies
  /** The built web application. */
  readonly webRoot: string
}

export interface Edge {
  readonly app: FastifyInstance
  readonly server: Server
  /** Who asks. @throws `too_many_requests` after too many wrong tokens from one address. */
  actorOf(request: FastifyRequest): Promise<HttpActor | null>
}

const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** The control plane's HTTP side, and the door through which workspaces' hosts go to the gateway. */
export async function createEdge(dependencies: EdgeDependencies): Promise<Edge> {
  const { addresses, workspaceHosts, log } = dependencies
  let server: Server | undefined
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 5000 },
    forceCloseConnections: true,
    trustProxy: (address) => dependencies.proxies.has(address),
    serverFactory: (handler) => {
      const toWorkspace = guarded(
        (name: string, request: IncomingMessage, response: ServerResponse) =>
          workspaceHosts.request(name, request, response),
        (error, _name, _request, response) => {
          log.error({ err: error }, 'the gateway failed')
          response.destroy()
        },
      )
      server = boundedServer(
        {
          most: dependencies.most,
          isShared: (address) => dependencies.proxies.has(address),
          log,
          metrics: dependencies.metrics,
        },
        (request, response) => {
          const host = addresses.classify(request.headers.host)
          if (host.kind === 'workspace') {
            toWorkspace(host.name, request, response)
            return 'forwarded'
          }
          handler(request, response)
          return 'own'
        },
      )
      return server
    },
  })
  const durations = new Histogram({
    name: 'arcx_http_request_duration_seconds',
    help: 'Time from request to response, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    registers: [dependencies.metrics],
  })

  app.addHook('onRoute', ({ method, url }) => requireListed(method, url))
  const securityHeaders = await securityHeadersFor(addresses)
  await app.register(fastifyRateLimit, {
    global: false,
    keyGenerator: (request) => addressKey(request.ip),
    errorResponseBuilder: (_request, context) => errors.tooManyRequests(Math.ceil(context.ttl / 1000)),
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders).header('x-request-id', request.id)
    // Services call one another with a token and no cookie, so no page can have made them do it. It is the route that
    // says so, and not the address that led to it.
    if (request.routeOptions.config.forMachines === true) return
    const host = addresses.classify(request.headers.host)
    if (host.kind === 'loopback' && request.method === 'GET')
      return reply.redirect(addresses.publicOrigin + addresses.ownPath(request.url), 307)
    if (host.kind !== 'own')
      return reply
        .code(421)
        .send(`This is arcx at ${addresses.publicOrigin}; nothing is served under the name that was asked for.\n`)
    // A token is put there by a program on purpose; a cookie, by the browser for whatever page is open. Without a cookie,
    // and without the origin that each browser tells, it is a program that acts for nobody.
    const { authorization, cookie, origin } = request.headers
    const byBrowser = cookie !== undefined || origin !== undefined
    if (changing.has(request.method) && authorization === undefined && byBrowser && origin !== addresses.publicOrigin)
      throw errors.crossSite()
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    log.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
  })
  app.setErrorHandler((error: unknown, request, reply) => sendError(error, request, reply, log))

  async function actorOf(request: FastifyRequest): Promise<HttpActor | null> {
    const origin = { address: request.ip, requestId: request.id }
    const { authorization } = request.headers
    // Where a token is shown, it alone counts: no cookie makes a wrong one right.
    if (authorization === undefined) return dependencies.actors.bySession(request.headers.cookie, origin)
    return dependencies.actors.byToken(authorization, origin)
  }

  await serveRouter(app, {
    createContext: async (request) => ({
      ...dependencies.ports,
      origin: { address: request.ip, requestId: request.id },
      connection: null,
      actor: await actorOf(request).catch((error: unknown) => Promise.reject(withTrpcCode(error))),
    }),
    onError(error, path) {
      if (error.code === 'INTERNAL_SERVER_ERROR') log.error({ err: error.cause ?? error, path }, 'a procedure failed')
    },
  })

  app.get('/healthz', forMachines, async () => ({ status: 'ok' }))
  app.get('/health', forMachines, async () => ({ status: 'ok' }))
  const readyState = sharedResult(() => readiness(dependencies.checks))
  const figures = sharedResult(() => dependencies.metrics.metrics())
  app.get('/readyz', forProbes, async (_request, reply) => {
    const state = await readyState()
    return reply.code(state.ready ? 200 : 503).send(state)
  })
  app.get('/metrics', forProbes, async (_request, reply) =>
    reply.type(dependencies.metrics.contentType).send(await figures()),
  )

  await app.register(fastifyStatic, {
    root: dependencies.webRoot,
    // Looked for when they are asked for: while somebody works on the pages they are built anew under other names.
    index: false,
    dotfiles: 'ignore',
    // A directory is nothing that can be asked for.
    allowedPath: (path) => !path.endsWith('/'),
    // Beside each file lie its compressed forms, made when it was built.
    preCompressed: true,
    setHeaders: (response, path) => {
      // Names under assets/ hold a hash of what is in them.
      response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  const application = (_request: FastifyRequest, reply: FastifyReply) => reply.type('text/html').sendFile('index.html')
  for (const path of pagePaths) {
    const route = path.replaceAll('$', ':')
    app.get(route, application)
    if (route !== '/') app.get(`${route}/`, application)
  }
  app.setNotFoundHandler((request, reply) => {
    reply.code(404)
    // The application says it in a page of its own.
    if (asksForPage(request)) return reply.type('text/html').sendFile('index.html')
    return reply
      .type(jsonType)
      .serializer(asLine)
      .send({ error: { kind: 'NotFound', code: 'not_found', message: 'There is nothing here.' } })
  })
  if (server === undefined) throw new Error('The HTTP server was not made.')
  return { app, server, actorOf }
}

/** A browser that shows what comes, rather than a program. */
const asksForPage = ({ method, headers }: FastifyRequest) =>
  (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html')

/** People read it in a terminal, where the prompt comes next. */
const jsonType = 'application/json; charset=utf-8'
const asLine = (payload: unknown) => `${JSON.stringify(payload)}\n`

/** Asked by probes and scrapers under whatever address they have. */
const forMachines = { config: { forMachines: true } } as const
/** What costs more to answer than to ask. */
const forProbes = { config: { forMachines: true, rateLimit: { max: 1200, timeWindow: 60_000 } } } as const

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const known = refusalOf(error)
  const own =
    typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500
  const status = known === null ? own : statusOfKind[known.kind]
  if (known?.kind === 'Unavailable')
    log.warn({ err: error, requestId: request.id }, 'something that a request needs is away')
  if (status >= 500 && known === null) log.error({ err: error, requestId: request.id }, 'a request failed')
  const message =
    known?.message ?? (status < 500 && error instanceof Error ? error.message : 'Something went wrong on the server.')
  const wait = known?.details['retryAfterSeconds']
  if (wait !== undefined) reply.header('retry-after', String(wait))
  if (asksForPage(request)) {
    return reply
      .code(status)
      .headers(pageHeaders)
      .send(
        messagePage(
          known?.kind === 'Unavailable'
            ? 'Not at the moment'
            : status >= 500
              ? 'Something went wrong'
              : 'That did not work',
          message,
          { label: 'To the dashboard', href: '/dashboard' },
        ),
      )
  }
  return reply
    .code(status)
    .type(jsonType)
    .serializer(asLine)
    .send({
      error: {
        kind: known?.kind ?? 'Internal',
        code: known?.code ?? 'internal',
        message,
        details: known?.details ?? {},
        requestId: request.id,
      },
    })
}
