import { RecordedIds, recordedSubject } from '@arcx/router/egress-records'
import type { Channel } from '@arcx/service-kit/channel'

/** Until what it returns is called. `hear`: ids, oldest first; null where some may have been missed. */
export function watchRecords(
  channel: Channel,
  workspaceId: string,
  hear: (ids: readonly string[] | null) => void,
): () => void {
  const ends = [
    channel.subscribe(recordedSubject(workspaceId), (bytes) =>
      hear(RecordedIds.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))),
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
