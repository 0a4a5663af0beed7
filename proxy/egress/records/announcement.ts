import { recordedSubject } from '@arcx/router/egress-records'
import type { Channel } from '@arcx/service-kit/channel'

/** A message of the bus has a megabyte at most. */
const mostIds = 1000

/** Tells whoever watches a workspace which of its requests have been written down, or written anew. */
export function announceRecords(
  channel: Channel,
  records: readonly { readonly id: string; readonly workspaceId: string }[],
): void {
  for (const [workspaceId, written] of Map.groupBy(records, (record) => record.workspaceId))
    for (let from = 0; from < written.length; from += mostIds)
      channel.publish(
        recordedSubject(workspaceId),
        JSON.stringify(written.slice(from, from + mostIds).map(({ id }) => id)),
      )
}
