import { connect } from '@nats-io/transport-node'
import type { NodeConnectionOptions, NatsConnection } from '@nats-io/transport-node'
import { errors } from '@arcx/router'
import type { Log } from './log.ts'

/** Connects, and connects again for as long as it takes. */
export async function connectNats(
  url: string,
  log: Log,
  options: Pick<NodeConnectionOptions, 'noEcho'> = {},
): Promise<NatsConnection> {
  const connection = await connect({
    ...options,
    ...serverOf(url),
    maxReconnectAttempts: -1,
    // Each request would take the stack of whoever made it, for an error that hardly ever comes.
    noAsyncTraces: true,
    waitOnFirstConnect: true,
    reconnectTimeWait: 250,
  })
  void reportStatus(connection, log)
  return connection
}

/** Where the bus does not take something, that is what whoever asked is told; the one place where its errors become ours. */
export async function onBus<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw errors.busUnavailable(error)
  }
}

/** A NATS URL's parts: `nats://TOKEN@host`, `nats://user:password@host` or without either. */
function serverOf(url: string) {
  const { host, username, password } = new URL(url)
  const user = decodeURIComponent(username)
  if (user === '') return { servers: host }
  return password === '' ? { servers: host, token: user } : { servers: host, user, pass: decodeURIComponent(password) }
}

async function reportStatus(connection: NatsConnection, log: Log): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn('the bus is away')
    if (status.type === 'reconnect') log.info('the bus is back')
  }
}
