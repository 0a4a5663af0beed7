import { z } from 'zod'

/** Where arc-proxy tells, on the bus, which requests of a workspace have been written down, or written anew. */
export const recordedSubject = (workspaceId: string): string => `egress.recorded.${workspaceId}`

/** Oldest first. */
export const RecordedIds = z.array(z.uuid())
