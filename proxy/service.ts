import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { createSecureContext, rootCertificates } from 'node:tls'
import { checkDatabase, openPool, openPrisma } from '@arcx/prisma'
import { WorkspaceId } from '@arcx/router'
import { openChannel } from '@arcx/service-kit/channel'
import { AddressGuard } from '@arcx/service-kit/address-guard'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { internalRoutes } from '@arcx/service-kit/internal-routes'
import { openJournal } from '@arcx/service-kit/journal'
import type { Log } from '@arcx/service-kit/log'
import { Gauge, createMetrics } from '@arcx/service-kit/metrics'
import { operationsServer } from '@arcx/service-kit/operations'
import { startService } from '@arcx/service-kit/service'
import type { Service } from '@arcx/service-kit/service'
import type { Shutdown } from '@arcx/service-kit/shutdown'
import { FailedAttempts } from '@arcx/service-kit/failed-attempts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ProxyConfig } from './config.ts'
import { Exchange } from './egress/exchange.ts'
import { RateLimits } from './egress/policy/rate-limits.ts'
import { announceRecords } from './egress/records/announcement.ts'
import { EgressMetrics } from './egress/records/metrics.ts'
import { Records } from './egress/records/records.ts'
import { resetStreamsAtOnce } from './egress/upstream/stream-resets.ts'
import { Tenants } from './egress/tenants/tenants.ts'
import { Upstreams } from './egress/upstream/upstreams.ts'
import { Authority } from './entrance/authority.ts'
import { ListenDirectories } from './entrance/listen-directories.ts'
import { ProxyServer } from './entrance/proxy-server.ts'
import { ProxyStore } from './store.ts'

/** Of the orchestrator, and of those who ask how it is. */
const operationsConnections = 200
const sweepMs = 3600_000
const dayMs = 24 * 3600_000
const journalBytes = 512 * 2 ** 20
/** Where to listen for a workspace; `ifMissing`: unless it is listened for already. */
const Listening = z.object({ directory: z.string().refine(isAbsolute), ifMissing: z.boolean().default(false) })

/** arc-proxy: puts it together and starts it. @throws when the port is taken, or the database or the bus is away. */
export const startProxy = (config: ProxyConfig, log: Log): Promise<Service> =>
  startService(log, (shutdown) => start(config, log, shutdown))

async function start(config: ProxyConfig, log: Log, shutdown: Shutdown): Promise<Pick<Service, 'metrics'>> {
  const metrics = createMetrics('proxy', log)
  shutdown.add('stream resets', resetStreamsAtOnce())
  const onConnectionError = (error: Error) => log.warn({ err: error }, 'a database connection was lost')
  const pool = openPool(config.DATABASE_URL, onConnectionError)
  shutdown.add('database', () => pool.end())
  const database = openPrisma(pool)
  const store = new ProxyStore(database, pool)
  const backgroundPool = openPool(config.DATABASE_URL, onConnectionError, { work: 'background', maxConnections: 1 })
  shutdown.add('database for background work', () => backgroundPool.end())
  const background = new ProxyStore(openPrisma(backgroundPool, 'background'), backgroundPool)
  const journal = await openJournal(config.NATS_URL, log, 'ARCX_EGRESS', 'egress.calls', journalBytes)
  shutdown.add('journal', () => journal.close())
  const app = operationsServer(
    log,
    metrics,
    [
      { name: 'database', check: () => checkDatabase(database) },
      { name: 'bus', check: () => journal.check() },
      { name: 'entrance', check: async () => assert(isReady) },
    ],
    { each: operationsConnections, inAll: operationsConnections },
  )
  // The port first: a second copy on one data directory would take this one's sockets.
  let isReady = false
  const wrong = new FailedAttempts((omitted) => log.warn(omitted, 'more wrong internal tokens were shown'))
  shutdown.add('wrong tokens', () => wrong.close())
  const authority = await Authority.open(join(config.ARC_DATA_DIR, 'authority.pem'))
  const more = config.ARC_EGRESS_CA_FILE === undefined ? null : await readFile(config.ARC_EGRESS_CA_FILE, 'utf8')
  const trust = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(more === null ? {} : { ca: [...rootCertificates, more] }),
  })
  const guard = new AddressGuard({
    exempt: config.ARC_EGRESS_EXEMPT,
    names: new Map(config.ARC_EGRESS_NAMES.map(([name, address]) => [name, address ?? ''])),
    refusal: ({ host, address, network }) =>
      `${host} leads to a private address (${address}), which no workspace may reach. Whoever runs this server can permit it by adding ${network} to ARC_EGRESS_EXEMPT.`,
  })
  const upstreams = new Upstreams(guard, trust)
  shutdown.add('upstreams', () => upstreams.close())

  const listenDirectories = new ListenDirectories(config.ARC_DATA_DIR)
  const onWrong = (request: FastifyRequest, reply: FastifyReply) => {
    const tried = wrong.take(request.ip)
    if (tried.kind === 'over')
      return reply
        .code(429)
        .header('retry-after', tried.retryAfterSeconds)
        .send({ error: { code: 'too_many_requests' } })
    log.warn({ address: request.ip }, 'a wrong internal token was shown')
    return reply.code(401).send({ error: { code: 'token_wrong' } })
  }
  await internalRoutes(app, { token: config.ARC_INTERNAL_TOKEN, onWrong }, (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      if (!isReady) return reply.code(503).send({ error: { code: 'starting' } })
    })
    /** The orchestrator has made a directory for a workspace's sockets: listen in it. */
    scope.put<{ Params: { id: string } }>('/workspaces/:id', async (request, reply) => {
      const id = WorkspaceId.safeParse(request.params.id)
      if (!id.success) return reply.code(400).send({ error: { code: 'id_invalid' } })
      const listening = Listening.safeParse(request.body)
      if (!listening.success) return reply.code(400).send({ error: { code: 'directory_invalid' } })
      const { directory, ifMissing } = listening.data
      if (!ifMissing || !entrance.isOpen(id.data)) {
        await entrance.open(id.data, directory)
        await listenDirectories.keep(id.data, directory)
      }
      return { authority: authority.certificatePem }
    })
    scope.delete<{ Params: { id: string } }>('/workspaces/:id', async (request, reply) => {
      const id = WorkspaceId.safeParse(request.params.id)
      if (!id.success) return reply.code(400).send({ error: { code: 'id_invalid' } })
      await entrance.shut(id.data)
      await listenDirectories.forget(id.data)
      return reply.code(204).send()
    })
  })
  await app.listen({ host: '127.0.0.1', port: config.ARC_PROXY_PORT })
  shutdown.add('http', () => app.close())

  const channel = await openChannel(config.NATS_URL, log)
  shutdown.add('channel', () => channel.close())
  const records = await Records.open(store, journal, log, (written) => announceRecords(channel, written))
  shutdown.add('records', () => records.close())
  const exchange = new Exchange({
    tenants: new Tenants(store, new Envelopes(config.ARC_SECRETS_KEY, config.ARC_SECRETS_KEY_FORMER)),
    policy: { fallback: config.ARC_EGRESS_DEFAULT, allow: config.ARC_EGRESS_ALLOW, deny: config.ARC_EGRESS_DENY },
    limits: new RateLimits(),
    guard,
    upstreams,
    records,
    metrics: new EgressMetrics(metrics, () => entrance.count),
    log,
    trust,
  })
  shutdown.add('exchange', () => exchange.close())
  const entrance = new ProxyServer(exchange, authority, log, {
    each: config.ARC_EGRESS_CONNECTIONS,
    inAll: config.ARC_EGRESS_CONNECTIONS_TOTAL,
  })
  shutdown.add('entrance', () => entrance.close())
  new Gauge({
    name: 'arcx_egress_connections_open_count',
    help: 'Open connections of workspaces.',
    registers: [metrics],
    collect() {
      this.set(entrance.openConnections)
    },
  })

  // Those that run already have lost their listener with the last process.
  for (const id of await store.activeWorkspaceIds()) await listenAgain(WorkspaceId.parse(id))
  const sweep = () => void forget().catch((error: unknown) => log.warn({ err: error }, 'old records stay'))
  const sweeping = setInterval(sweep, sweepMs)
  shutdown.add('sweep', () => clearInterval(sweeping))
  sweep()
  isReady = true
  log.info({ port: config.ARC_PROXY_PORT, egress: config.ARC_EGRESS_DEFAULT }, 'ready')
  return { metrics }

  async function listenAgain(id: WorkspaceId): Promise<void> {
    try {
      const directory = await listenDirectories.of(id)
      if (directory !== null) await entrance.open(id, directory)
    } catch (error) {
      log.info({ err: error, workspaceId: id }, 'a workspace is not listened for yet')
    }
  }

  async function forget(): Promise<void> {
    await background.forgetRecords(new Date(Date.now() - config.ARC_EGRESS_KEEP_DAYS * dayMs))
  }
}
