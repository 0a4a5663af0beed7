import { createEncoder, toUint8Array, writeVarUint } from 'lib0/encoding'

/** Of y-websocket's protocol. */
export const messages = { sync: 0, awareness: 1, queryAwareness: 3 } as const
export const syncSteps = { step1: 0, step2: 1, update: 2 } as const

/** Why a connection is closed, in the range that WebSockets leave to applications. */
export const closeCodes = { malformed: 4400, forbidden: 4403, tooLarge: 4413, unavailable: 4503, full: 4507 } as const

export function message(kind: number, write: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder()
  writeVarUint(encoder, kind)
  write(encoder)
  return toUint8Array(encoder)
}
