import { createHash } from 'node:crypto'

/** An audit entry as the chain sees it and as an export shows it. */
export interface ChainedEntry {
  /** Counts up by one; a missing number is a missing entry. */
  readonly id: string
  /** ISO 8601, in milliseconds, UTC. */
  readonly at: string
  readonly actorKind: string
  readonly actorId: string
  readonly action: string
  readonly targetKind: string | null
  readonly targetId: string | null
  readonly targetName: string | null
  readonly address: string | null
  readonly requestId: string | null
  readonly outcome: string
}

/** The chain's beginning: what stands for the hash before the first. */
export const genesis = Buffer.alloc(32)

/**
 * SHA-256 over the hash before (32 bytes) and the entry's fields, in the order of `ChainedEntry`, as a JSON array without
 * spaces in UTF-8. Whoever has an export can compute it with nothing of arcx's.
 */
export function entryHash(before: Buffer, entry: ChainedEntry): Buffer {
  const { id, at, actorKind, actorId, action, targetKind, targetId, targetName, address, requestId, outcome } = entry
  const fields = [id, at, actorKind, actorId, action, targetKind, targetId, targetName, address, requestId, outcome]
  return createHash('sha256').update(before).update(JSON.stringify(fields)).digest()
}

export type Verdict =
  | { readonly kind: 'whole'; readonly entries: number; readonly head: string }
  | { readonly kind: 'broken'; readonly id: string; readonly why: 'changed' | 'missing before it' }

/** Follows a chain from its beginning; entries come ascending. The head of a whole one is its last hash, hexadecimal. */
export async function verifyChain(entries: AsyncIterable<ChainedEntry & { readonly hash: Buffer | null }>): Promise<Verdict> {
  let before: Buffer = genesis
  let count = 0
  let last: bigint | null = null
  for await (const entry of entries) {
    // From before there was a chain: only at its beginning, else a hash was taken away.
    if (entry.hash === null && count === 0) {
      last = BigInt(entry.id)
      continue
    }
    if (last === null ? entry.id !== '1' : BigInt(entry.id) !== last + 1n) return { kind: 'broken', id: entry.id, why: 'missing before it' }
    if (entry.hash === null || !entry.hash.equals(entryHash(before, entry))) return { kind: 'broken', id: entry.id, why: 'changed' }
    before = entry.hash
    count += 1
    last = BigInt(entry.id)
  }
  return { kind: 'whole', entries: count, head: before.toString('hex') }
}
