import { connectNats } from './nats.ts'
import { guarded } from './guarded.ts'
import type { Log } from './log.ts'

/**
 * Messages between the processes of a deployment that are worth something now or not at all: at most once, nothing kept.
 * What a process says itself does not come back to it.
 */
export interface Channel {
  publish(subject: string, bytes: Uint8Array | string): void
  /** Calls for each message, until what it returns is called. */
  subscribe(subject: string, hear: (bytes: Uint8Array) => void): () => void
  /** Calls whenever the bus is back after it was away, until what it returns is called: something may have been missed. */
  onReturn(back: () => void): () => void
  /** Resolves once the bus knows all that was asked of it. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Connects, and connects again for as long as it takes. */
export async function openChannel(url: string, log: Log): Promise<Channel> {
  const connection = await connectNats(url, log, { noEcho: true })
  const listeners = new Set<() => void>()
  void (async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') for (const back of listeners) back()
  })()
  return {
    publish(subject, bytes) {
      if (!connection.isClosed() && !connection.isDraining()) connection.publish(subject, bytes)
    },
    subscribe(subject, hear) {
      const heard = guarded(hear, (error) =>
        log.error({ err: error, subject }, 'a message of the bus could not be taken'),
      )
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => {
          if (error === null) heard(message.data)
        },
      })
      return () => subscription.unsubscribe()
    },
    onReturn(back) {
      const listener = guarded(back, (error) =>
        log.error({ err: error }, 'what follows upon the return of the bus failed'),
      )
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    flush: () => connection.flush(),
    close: () => connection.drain(),
  }
}
