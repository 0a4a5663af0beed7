import { checkDatabase, openPool, openPrisma } from '@arcx/prisma'
import type { Log } from '@arcx/service-kit/log'
import { addGauge, createMetrics } from '@arcx/service-kit/metrics'
import { operationsServer } from '@arcx/service-kit/operations'
import { openBus } from '@arcx/service-kit/bus'
import type { Bus } from '@arcx/service-kit/bus'
import { openChannel } from '@arcx/service-kit/channel'
import { Presence } from '@arcx/presence/presence'
import { startService } from '@arcx/service-kit/service'
import type { Service } from '@arcx/service-kit/service'
import type { Shutdown } from '@arcx/service-kit/shutdown'
import { Tickets } from '@arcx/router/collab-ticket'
import type { CollabConfig } from './config.ts'
import { Entrance } from './connections/entrance.ts'
import { rightsClient } from './connections/rights-client.ts'
import { RightsWatch } from './connections/rights.ts'
import { DiskStore } from './documents/disk-store.ts'
import { Documents } from './documents/documents.ts'
import { Peers } from './peers/peers.ts'
import { DocumentStore } from './documents/store.ts'

/** team-state: puts it together and starts it. @throws when the port is taken. */
export const startCollab = (config: CollabConfig, log: Log): Promise<Service> =>
  startService(log, (shutdown) => start(config, log, shutdown))

async function start(config: CollabConfig, log: Log, shutdown: Shutdown): Promise<Pick<Service, 'metrics'>> {
  const metrics = createMetrics('team-state', log)
  const pool = openPool(config.DATABASE_URL, (error) => log.warn({ err: error }, 'a database connection was lost'))
  shutdown.add('database', () => pool.end())
  const database = openPrisma(pool)
  const channel = await openChannel(config.NATS_URL, log)
  shutdown.add('channel', () => channel.close())
  const presence = new Presence(channel, log)
  shutdown.add('presence', () => presence.close())
  const peers = new Peers(channel)
  shutdown.add('peers', () => peers.close())
  const documents = new Documents(
    { store: new DocumentStore(database, log), disk: new DiskStore(database), peers, log },
    config.ARC_COLLAB_TEXTS_BYTES,
  )
  shutdown.add('documents', () => documents.close())
  const bus = await openBus(config.NATS_URL, log)
  shutdown.add('bus', () => bus.close())
  const rights = new RightsWatch(
    {
      ask: rightsClient(config.ARC_ORCHESTRATOR_URL, config.ARC_INTERNAL_TOKEN),
      hears: () => bus.isConnected(),
    },
    log,
  )
  const following = new AbortController()
  shutdown.add('events', () => following.abort())
  void followRights(bus, (await bus.lastSequence()) + 1, rights, following.signal)
  shutdown.add('rights', () => rights.close())
  const app = operationsServer(
    log,
    metrics,
    [
      { name: 'database', check: () => checkDatabase(database) },
      { name: 'bus', check: () => channel.flush() },
    ],
    { each: config.ARC_COLLAB_CONNECTIONS, inAll: config.ARC_COLLAB_CONNECTIONS },
  )
  const entrance = new Entrance(app.server, {
    tickets: new Tickets(config.ARC_INTERNAL_TOKEN),
    origins: config.ARC_COLLAB_ORIGINS,
    perSecond: config.ARC_COLLAB_MESSAGE_RATE,
    documents,
    rights,
    presence,
    log,
  })
  addGauge(metrics, 'arcx_collab_connections_open_count', 'WebSockets to texts.', () => entrance.count)
  addGauge(metrics, 'arcx_collab_documents_open_count', 'Texts in memory.', () => documents.count)
  addGauge(metrics, 'arcx_collab_documents_bytes', 'About what the open texts take in memory.', () => documents.bytes)
  addGauge(metrics, 'arcx_collab_waiting_bytes', 'What readers have not taken yet.', () => entrance.waitingBytes)
  await app.listen({ host: '127.0.0.1', port: config.ARC_COLLAB_PORT })
  shutdown.add('http', () => app.close())
  shutdown.add('entrance', () => entrance.close())
  log.info({ port: config.ARC_COLLAB_PORT }, 'ready')
  return { metrics }
}

async function followRights(bus: Bus, from: number, rights: RightsWatch, signal: AbortSignal): Promise<void> {
  for await (const { event } of bus.follow(from, signal)) rights.onEvent(event)
}
