import {
  DeliverPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { DomainEvent, subjectOf } from '@arcx/router'
import { connectNats, onBus } from './nats.ts'
import type { Log } from './log.ts'

const stream = 'ARCX'
const subjects = ['arcx.>']

export interface SequencedEvent {
  /** Its place in the stream; grows by one an event. */
  readonly sequence: number
  readonly event: DomainEvent
}

/** The message bus. */
export interface Bus {
  /** Resolves once the event is stored. The same `messageId` within two minutes is stored once. */
  publish(event: DomainEvent, messageId: string): Promise<void>
  /** The newest sequence in the stream. */
  lastSequence(): Promise<number>
  /** All events from `from` on, in order and without gaps, across reconnects; ends with the signal. */
  follow(from: number, signal: AbortSignal): AsyncIterable<SequencedEvent>
  /** Whether the server is there, as far as is known: events may be late while it is not. */
  isConnected(): boolean
  check(): Promise<void>
  close(): Promise<void>
}

/** Connects, retrying for as long as the server is away, and makes sure of the stream. */
export async function openBus(url: string, log: Log, streamName = stream, streamSubjects = subjects): Promise<Bus> {
  const connection = await connectNats(url, log)
  const manager = await jetstreamManager(connection)
  await ensureStream()
  const client = jetstream(connection)

  async function ensureStream() {
    const config = {
      name: streamName,
      subjects: streamSubjects,
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      max_msgs: 100_000,
      max_bytes: 256 * 1024 * 1024,
    }
    try {
      await manager.streams.info(streamName)
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error
      await manager.streams.add(config)
    }
  }

  let connected = true
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') connected = false
      if (type === 'reconnect') connected = true
    }
  })()

  async function* follow(from: number, signal: AbortSignal): AsyncIterable<SequencedEvent> {
    let next = from
    while (!signal.aborted) {
      let stop: (() => void) | undefined
      try {
        const consumer = await client.consumers.get(streamName, {
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: Math.max(1, next),
        })
        const messages = await consumer.consume({ max_messages: 500 })
        stop = () => messages.stop()
        signal.addEventListener('abort', stop, { once: true })
        for await (const message of messages) {
          if (signal.aborted) return
          next = message.seq + 1
          const parsed = DomainEvent.safeParse(message.json())
          if (parsed.success) yield { sequence: message.seq, event: parsed.data }
          else log.warn({ subject: message.subject, sequence: message.seq }, 'unknown event on the bus')
        }
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error }, 'following the bus was interrupted')
        await new Promise((resolve) => setTimeout(resolve, 250))
        await ensureStream().catch(() => undefined)
      } finally {
        if (stop) signal.removeEventListener('abort', stop)
      }
    }
  }

  /** The last event could not be stored, as where the server's disk is full: it answers, but is of no use. */
  let storing = true

  return {
    async publish(event, messageId) {
      try {
        await onBus(client.publish(subjectOf(event), JSON.stringify(event), { msgID: messageId }))
        storing = true
      } catch (error) {
        storing = false
        throw error
      }
    },
    lastSequence: async () => (await onBus(manager.streams.info(streamName))).state.last_seq,
    follow,
    isConnected: () => connected,
    check: async () => {
      if (!storing) throw new Error('The bus does not store what it is sent.')
      await onBus(connection.flush())
    },
    close: () => connection.close(),
  }
}
