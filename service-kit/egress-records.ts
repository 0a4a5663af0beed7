import { z } from 'zod'
import type { Channel } from './channel.ts'

/** A message of the bus has a megabyte at most. */
const mostIds = 1000
const Ids = z.array(z.uuid())
const subjectOf = (workspaceId: string) => `egress.recorded.${workspaceId}`

/** Tells whoever watches a workspace which of its requests have been written down, or written anew. */
export function announceRecords(
  channel: Channel,
  records: readonly { readonly id: string; readonly workspaceId: string }[],
): void {
  for (const [workspaceId, written] of Map.groupBy(records, (record) => record.workspaceId))
    for (let from = 0; from < written.length; from += mostIds)
      channel.publish(subjectOf(workspaceId), JSON.stringify(written.slice(from, from + mostIds).map(({ id }) => id)))
}

/** Until what it returns is called. `hear`: ids, oldest first; null where some may have been missed. */
export function watchRecords(
  channel: Channel,
  workspaceId: string,
  hear: (ids: readonly string[] | null) => void,
): () => void {
  const ends = [
    channel.subscribe(subjectOf(workspaceId), (bytes) =>
      hear(Ids.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))),
    ),
    channel.onReturn(() => hear(null)),
  ]
  // What was written down before the bus knew that somebody listens.
  void channel.flush().then(
    () => hear(null),
    () => undefined,
  )
  return () => {
    for (const end of ends) end()
  }
}
