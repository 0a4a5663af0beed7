import { createDecoder, readVarString, readVarUint } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding'

export interface AwarenessEntry {
  readonly client: number
  readonly clock: number
  /** JSON. */
  readonly state: string
}

/** Cursors and the like, of y-protocols' message, as they came. */
export function readAwareness(update: Uint8Array): AwarenessEntry[] {
  const decoder = createDecoder(update)
  const count = readVarUint(decoder)
  const entries: AwarenessEntry[] = []
  for (let index = 0; index < count; index += 1)
    entries.push({ client: readVarUint(decoder), clock: readVarUint(decoder), state: readVarString(decoder) })
  return entries
}

export function writeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  const encoder = createEncoder()
  writeVarUint(encoder, entries.length)
  for (const { client, clock, state } of entries) {
    writeVarUint(encoder, client)
    writeVarUint(encoder, clock)
    writeVarString(encoder, state)
  }
  return toUint8Array(encoder)
}
