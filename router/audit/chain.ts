import { createHash } from 'node:crypto'
import type { AuditEntryView, AuditVerdict } from './port.ts'

/** What the chain covers of an entry: all but the hash. `at` is ISO 8601 in milliseconds, UTC; ids count up by one. */
export type ChainedEntry = Omit<AuditEntryView, 'hash'>

/** The chain's beginning: what stands for the hash before the first. */
export const genesis = Buffer.alloc(32)

/**
 * SHA-256 over the hash before (32 bytes) and the entry's fields, in the order in which they stand here, as a JSON array without
 * spaces in UTF-8. Whoever has an export can compute it with nothing of arcx's.
 */
export function entryHash(before: Buffer, entry: ChainedEntry): Buffer {
  const { id, at, actorKind, actorId, action, targetKind, targetId, targetName, address, requestId, outcome } = entry
  const fields = [id, at, actorKind, actorId, action, targetKind, targetId, targetName, address, requestId, outcome]
  return createHash('sha256').update(before).update(JSON.stringify(fields)).digest()
}

/** Follows a chain from its beginning; entries come ascending. The head of a whole one is its last hash, hexadecimal. */
export async function verifyChain(
  entries: AsyncIterable<ChainedEntry & { readonly hash: Buffer | null }>,
): Promise<AuditVerdict> {
  let before: Buffer = genesis
  let count = 0
  let last: bigint | null = null
  for await (const entry of entries) {
    // From before there was a chain: only at its beginning, else a hash was taken away.
    if (entry.hash === null && count === 0) {
      last = BigInt(entry.id)
      continue
    }
    if (last === null ? entry.id !== '1' : BigInt(entry.id) !== last + 1n)
      return { kind: 'broken', id: entry.id, why: 'missing before it' }
    if (entry.hash === null || !entry.hash.equals(entryHash(before, entry)))
      return { kind: 'broken', id: entry.id, why: 'changed' }
    before = entry.hash
    count += 1
    last = BigInt(entry.id)
  }
  return { kind: 'whole', entries: count, head: before.toString('hex') }
}
