import { tracked } from '@trpc/server'
import { z } from 'zod'
import { withTrpcCode } from './trpc.ts'
import type { Resume } from './workspaces/port.ts'
import type { Tracked } from './workspaces/workspace.ts'

/** tRPC sends it by itself when a subscription reconnects. */
export const lastEventId = z.string().max(100).nullish()

export function resumeOf(input: { lastEventId?: string | null | undefined } | undefined, signal: AbortSignal | undefined): Resume {
  return { after: input?.lastEventId ?? undefined, signal: signal ?? new AbortController().signal }
}

/** Items with the ids from which a client resumes. */
export async function* resumable<T>(items: AsyncIterable<Tracked<T>>) {
  try {
    for await (const item of items) yield tracked(item.id, item.data)
  } catch (error) {
    throw withTrpcCode(error)
  }
}
