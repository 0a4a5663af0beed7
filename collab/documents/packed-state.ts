import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)]
/** A frame of Zstandard begins with this: RFC 8878, section 3.1.1. */
const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
/** Smaller ones cost little, packed or not. */
const packedFrom = 4096
/** Node hands out what it unpacks in pieces of 16 KB by default; of a large text joining them takes longer than unpacking. */
const chunkSizeOf = (packed: Uint8Array): number => Math.min(Math.max(4 * packed.length, 2 ** 14), 2 ** 20)
/** More than any text may take, so that nothing that was stored is given up. */
const mostUnpacked = 256 * 2 ** 20

const isFrame = (bytes: Uint8Array): boolean => magic.equals(bytes.subarray(0, magic.length))

/**
 * A Yjs state as it is stored: on the way from PostgreSQL each byte costs ten times what unpacking it costs. What is
 * stored without being packed never looks as if it were.
 */
export async function packState(state: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (state.length < packedFrom && !isFrame(state)) return Uint8Array.from(state)
  return Uint8Array.from(await compress(state, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }))
}

/** The state of what was stored, also by versions that did not pack it. */
export async function unpackState(stored: Uint8Array): Promise<Uint8Array> {
  if (!isFrame(stored)) return stored
  // One that was stored before states were packed may begin like a frame.
  return decompress(stored, { maxOutputLength: mostUnpacked, chunkSize: chunkSizeOf(stored) }).catch(() => stored)
}
