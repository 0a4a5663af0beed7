import type { EgressCall } from '@arcx/router'

/** The newest `limit` of those known and those that have begun or changed, newest first. */
export function withChanged(
  known: readonly EgressCall[],
  changed: readonly EgressCall[],
  limit: number,
): readonly EgressCall[] {
  const calls = new Map([...known, ...changed].map((call) => [call.id, call]))
  return [...calls.values()].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, limit)
}
