import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { connectNats, onBus } from './nats.ts'
import type { Log } from './log.ts'

const appendMs = 3000
const readBatch = 500

export interface JournalEntry {
  /** Grows by one an entry. */
  readonly sequence: number
  readonly text: string
}

/** What must not be lost before it is where it belongs: a stream on the message bus, in a file of its server’s. */
export interface Journal {
  /** Resolves with its place once it is stored. @throws when the bus is away, or the journal is full. */
  append(text: string): Promise<number>
  /** All that is there, oldest first. */
  entries(): AsyncIterable<JournalEntry>
  /** Forgets everything up to a place, that too. */
  discardThrough(sequence: number): Promise<void>
  check(): Promise<void>
  close(): Promise<void>
}

/** Connects, retrying for as long as the server is away, and makes sure of the stream. */
export async function openJournal(
  url: string,
  log: Log,
  stream: string,
  subject: string,
  maxBytes: number,
): Promise<Journal> {
  const connection = await connectNats(url, log)
  const manager = await jetstreamManager(connection)
  const config = {
    name: stream,
    subjects: [subject],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    max_bytes: maxBytes,
    discard: DiscardPolicy.New,
  }
  await manager.streams.info(stream).catch((error: unknown) => {
    if (!(error instanceof JetStreamApiError)) throw error
    return manager.streams.add(config)
  })
  const client = jetstream(connection, { timeout: appendMs })

  async function* entries(): AsyncIterable<JournalEntry> {
    const { state } = await manager.streams.info(stream)
    if (state.messages === 0) return
    const consumer = await client.consumers.get(stream, { opt_start_seq: state.first_seq })
    for (let next = state.first_seq; next <= state.last_seq;) {
      const messages = await consumer.fetch({ max_messages: readBatch, expires: appendMs })
      const before = next
      for await (const message of messages) {
        next = message.seq + 1
        yield { sequence: message.seq, text: message.string() }
        if (next > state.last_seq) return
      }
      if (next === before) throw new Error('The journal could not be read.')
    }
  }

  return {
    append: async (text) => (await onBus(client.publish(subject, text))).seq,
    entries,
    async discardThrough(sequence) {
      await manager.streams.purge(stream, { seq: sequence + 1 })
    },
    check: () => onBus(connection.flush()),
    close: () => connection.close(),
  }
}
