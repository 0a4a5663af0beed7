import { tracked } from '@trpc/server'
import type { TrackedEnvelope } from '@trpc/server'
import { z } from 'zod'
import { withTrpcCode } from './trpc.ts'
import type { Resume } from './workspaces/port.ts'
import type { Tracked } from './workspaces/workspace.ts'

/** tRPC sends it by itself when a subscription reconnects. */
export const lastEventId = z.string().max(100).nullish()

export function resumeOf(
  input: { lastEventId?: string | null | undefined } | undefined,
  signal: AbortSignal | undefined,
): Resume {
  return { after: input?.lastEventId ?? undefined, signal: signal ?? new AbortController().signal }
}

/**
 * An item on its way to a socket. tRPC's loop holds on to the last one that it has sent for as long as it waits for the
 * next, which for each window would be a whole list: what has been sent is let go.
 */
export class Passing {
  #data: unknown

  constructor(data: unknown) {
    this.#data = data
  }

  get data(): unknown {
    return this.#data
  }

  letGo(): void {
    this.#data = undefined
  }

  toJSON(): unknown {
    return this.#data
  }
}

/** Items with the ids from which a client resumes. No generator, which would hold on to the last one too. */
export function resumable<T>(items: AsyncIterable<Tracked<T>>): AsyncIterable<TrackedEnvelope<T>> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]()
      return {
        async next() {
          const { done, value } = await iterator.next().catch((error: unknown) => Promise.reject(withTrpcCode(error)))
          return done === true
            ? { done, value: undefined }
            : { done: false, value: tracked(value.id, new Passing(value.data) as unknown as T) }
        },
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
