import { createDecoder, readVarString, readVarUint } from 'lib0/decoding'
import type { Decoder } from 'lib0/decoding'
import { textName } from './shared-text.ts'

/** An update (Yjs, version 1) that no client of a text makes, and that could not be applied or read again. */
export class UnusableUpdate extends Error {
  override readonly name = 'UnusableUpdate'
}

export interface UpdateSize {
  /** Structs, clients and deleted ranges: what takes memory, however few bytes each is. */
  readonly pieces: number
  /** Neither writes nor deletes anything. */
  readonly isEmpty: boolean
}

const kinds = { collected: 0, deleted: 1, text: 4, skip: 10 } as const
const flags = { kind: 0b1_1111, rightOrigin: 0b100_0000, origin: 0b1000_0000 } as const
/** Far beyond what anybody types, and far from where numbers are no longer exact. */
const maxClock = 2 ** 48

/**
 * Reads an update from end to end without making anything of it, so that it costs no memory. What passes can be applied
 * to any text and encoded again: it holds letters of the one text and deletions alone, nothing is of no length, and
 * nothing stands beside what its own client had not written before.
 * @throws {UnusableUpdate}
 */
export function checkUpdate(update: Uint8Array): UpdateSize {
  try {
    const decoder = createDecoder(update)
    const structs = readStructs(decoder)
    const deletions = readDeletions(decoder)
    if (decoder.pos !== update.length) throw new UnusableUpdate('something follows the update')
    return { pieces: structs + deletions, isEmpty: structs + deletions === 0 }
  } catch (error) {
    throw error instanceof UnusableUpdate ? error : new UnusableUpdate('the update cannot be read', { cause: error })
  }
}

function readStructs(decoder: Decoder): number {
  const clients = new Set<number>()
  let pieces = 0
  for (let sections = readWhole(decoder); sections > 0; sections -= 1) {
    const structs = readPositive(decoder)
    const client = readOnce(decoder, clients)
    let clock = readWhole(decoder)
    for (let index = 0; index < structs; index += 1) clock = within(clock + readStruct(decoder, client, clock))
    pieces += structs + 1
  }
  return pieces
}

/** Its length. */
function readStruct(decoder: Decoder, client: number, clock: number): number {
  const info = readByte(decoder)
  if (info === kinds.collected || info === kinds.skip) return readPositive(decoder)
  const kind = info & flags.kind
  if ((info & ~(flags.kind | flags.origin | flags.rightOrigin)) !== 0)
    throw new UnusableUpdate('a struct has a key, as in a map')
  const isBeside = (info & (flags.origin | flags.rightOrigin)) !== 0
  const left = (info & flags.origin) === 0 ? null : readNeighbour(decoder, client, clock)
  const right = (info & flags.rightOrigin) === 0 ? null : readNeighbour(decoder, client, clock)
  if (left !== null && left.client === right?.client && left.at === right.at)
    throw new UnusableUpdate('a struct stands on both sides of one')
  if (!isBeside && (readWhole(decoder) !== 1 || readText(decoder) !== textName))
    throw new UnusableUpdate('a struct is in no text of that name')
  if (kind === kinds.deleted) return readPositive(decoder)
  if (kind !== kinds.text) throw new UnusableUpdate('a struct is no text')
  return readTextLength(decoder)
}

function readNeighbour(
  decoder: Decoder,
  client: number,
  clock: number,
): { readonly client: number; readonly at: number } {
  const neighbour = readWhole(decoder)
  const at = within(readWhole(decoder))
  if (neighbour === client && at >= clock)
    throw new UnusableUpdate('a struct stands beside one that its client wrote later')
  return { client: neighbour, at }
}

function readDeletions(decoder: Decoder): number {
  const clients = new Set<number>()
  let pieces = 0
  for (let sections = readWhole(decoder); sections > 0; sections -= 1) {
    readOnce(decoder, clients)
    const ranges = readPositive(decoder)
    let end = 0
    for (let index = 0; index < ranges; index += 1) {
      const clock = readWhole(decoder)
      if (clock < end) throw new UnusableUpdate('deleted ranges are not in order')
      end = within(clock + readPositive(decoder))
    }
    pieces += ranges + 1
  }
  return pieces
}

function readOnce(decoder: Decoder, seen: Set<number>): number {
  const client = readWhole(decoder)
  if (seen.has(client)) throw new UnusableUpdate('a client stands there twice')
  seen.add(client)
  return client
}

function readByte(decoder: Decoder): number {
  const byte = decoder.arr[decoder.pos]
  if (byte === undefined) throw new UnusableUpdate('the update is cut off')
  decoder.pos += 1
  return byte
}

function readWhole(decoder: Decoder): number {
  const value = readVarUint(decoder)
  if (!Number.isSafeInteger(value)) throw new UnusableUpdate('a number is too large')
  return value
}

function readPositive(decoder: Decoder): number {
  const value = readWhole(decoder)
  if (value === 0) throw new UnusableUpdate('something has no length')
  return value
}

/** In UTF-16 units, as Yjs counts. Most of what is typed is one letter of one byte. */
function readTextLength(decoder: Decoder): number {
  const [bytes = 0, first = 0xff] = decoder.arr.subarray(decoder.pos, decoder.pos + 2)
  if (bytes === 1 && first < 0x80) {
    decoder.pos += 2
    return 1
  }
  const { length } = readText(decoder)
  if (length === 0) throw new UnusableUpdate('something has no length')
  return length
}

function readText(decoder: Decoder): string {
  const start = decoder.pos
  const bytes = readWhole(decoder)
  if (bytes > decoder.arr.length - decoder.pos) throw new UnusableUpdate('the update is cut off')
  decoder.pos = start
  return readVarString(decoder)
}

function within(clock: number): number {
  if (clock > maxClock) throw new UnusableUpdate('a number is too large')
  return clock
}
