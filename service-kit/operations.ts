import { LogController, fastify } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { boundedServer } from './connections/http-server.ts'
import { isLoopback } from './connections/client-address.ts'
import type { Most } from './connections/limit.ts'
import { readiness } from './health.ts'
import type { Dependency } from './health.ts'
import type { Log } from './log.ts'
import type { Registry } from './metrics.ts'

/**
 * A service's own HTTP server, with what those who run it ask: `/healthz`, `/readyz` and `/metrics`. It listens on this
 * machine alone, where everybody comes from one address.
 */
export function operationsServer(
  log: Log,
  metrics: Registry,
  dependencies: readonly Dependency[],
  most: Most,
): FastifyInstance {
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    serverFactory: (handler) =>
      boundedServer({ most, isShared: isLoopback, log, metrics }, (request, response) => {
        handler(request, response)
        return 'own'
      }),
  })
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const state = await readiness(dependencies)
    return reply.code(state.ready ? 200 : 503).send(state)
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()))
  return app
}
