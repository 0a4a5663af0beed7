import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { Replacer, replaceWhole } from '../../replace/replacer.ts'
import type { Pairs } from '../../replace/pairs.ts'
import { gzipFormat, zstdFormat } from './codings.ts'
import { Decoding } from './decoding.ts'
import { Refusal } from '../policy/refusal.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** Of what a stream opens to, as many bytes are looked at; more is not worth its time. */
const lookedAtBytes = 32 * 1024 * 1024
/** A message is opened at once, and so far. */
const wholeBytes = 4 * 1024 * 1024
/** What is held while a value may go on in what comes next; nobody sends more that opens to nothing but to fill the memory. */
const mostHeld = 1024 * 1024
/** Each is opened by itself, which takes its time; nobody writes a message of more but to hide something. */
const mostParts = 1000
/** What such bytes begin with (RFC 1952, section 2.3; RFC 8878, sections 3.1.1 and 3.1.2). */
const kinds = [
  { begins: [Buffer.from([0x1f, 0x8b, 0x08])], format: gzipFormat, partsOf: membersOf },
  {
    begins: [
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
      ...Array.from({ length: 16 }, (_, low) => Buffer.from([0x50 + low, 0x2a, 0x4d, 0x18])),
    ],
    format: zstdFormat,
    partsOf: framesOf,
  },
] as const

/** What each member opens to, of which there may be more behind zeros. */
function* membersOf(bytes: Buffer): Generator<Buffer> {
  let at = 0
  for (;;) {
    while (at > 0 && bytes[at] === 0) at += 1
    const header = gzipHeader(bytes.subarray(at))
    if (header === null) return
    let read = 0
    yield asFarAsFits(bytes.subarray(at + header), (part) => {
      // With `info` it says how far it has read too.
      const { buffer, engine } = inflateRawSync(part, {
        maxOutputLength: wholeBytes,
        finishFlush: constants.Z_SYNC_FLUSH,
        info: true,
      }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }
      read = engine.bytesWritten
      return buffer
    })
    // Its checksum and its length stand behind it.
    at += header + read + 8
  }
}

/** Its length; `null` where there is none. */
function gzipHeader(bytes: Buffer): number | null {
  if (bytes.length < 10 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return null
  const flags = bytes[3] ?? 0
  let length = 10
  if ((flags & 4) !== 0) length += 2 + (bytes.length >= 12 ? bytes.readUInt16LE(10) : 0)
  for (const text of [8, 16]) {
    if ((flags & text) === 0) continue
    const end = bytes.indexOf(0, length)
    if (end === -1) return null
    length = end + 1
  }
  return length + ((flags & 2) === 0 ? 0 : 2)
}

function* framesOf(bytes: Buffer): Generator<Buffer> {
  for (const frame of new ZstdFrames().piecesOf(bytes))
    yield asFarAsFits(frame, (part) =>
      zstdDecompressSync(part, { maxOutputLength: wholeBytes, finishFlush: constants.ZSTD_e_flush }),
    )
}

/** What would open to more than is looked at is opened from its beginning. */
function asFarAsFits(bytes: Buffer, open: (part: Buffer) => Buffer): Buffer {
  for (let length = bytes.length; length > 0; length >>= 1) {
    try {
      return open(bytes.subarray(0, length))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return Buffer.alloc(0)
}

export const valueInside = (): Refusal =>
  new Refusal(
    502,
    'value_inside',
    'What came back is compressed, does not say so, and carries the value of a secret, or is in more pieces than are looked into: it was cut.',
  )

/** Whether bytes begin like something compressed, as far as they go. */
export const mayBeCompressed = (bytes: Buffer): boolean =>
  bytes.length > 0 &&
  kinds.some(({ begins }) =>
    begins.some((each) => each.subarray(0, bytes.length).equals(bytes.subarray(0, each.length))),
  )

const kindOf = (bytes: Buffer) =>
  kinds.find(({ begins }) => begins.some((each) => each.equals(bytes.subarray(0, each.length))))

/** Whether something looked for stands in what a message opens to, of which so much is looked at. */
export function holdsInside(pairs: Pairs, bytes: Buffer): boolean {
  const kind = kindOf(bytes)
  if (kind === undefined) return false
  const opened: Buffer[] = []
  let size = 0
  try {
    for (const part of kind.partsOf(bytes)) {
      opened.push(part)
      size += part.length
      if (opened.length > mostParts) return true
      if (size >= wholeBytes) break
    }
  } catch {
    // What does not open any further, nobody else reads further either.
  }
  return replaceWhole(pairs, Buffer.concat(opened)).count > 0
}

/**
 * Looks into bytes that are compressed and do not say so, and lets them through as they are; ends with an error once
 * something looked for stands in them. What may be the beginning of it waits, compressed as it is.
 */
export class LookingInside extends Transform {
  readonly #replacer: Replacer
  readonly #onFound: () => Error
  #inside: Decoding | 'unknown' | 'none' = 'unknown'
  /** Goes on with what is waited for. */
  #whenLooked: () => void = () => undefined
  #held: Buffer[] = []
  #heldSize = 0
  #seen = 0

  constructor(pairs: Pairs, onFound: () => Error) {
    super()
    this.#replacer = new Replacer(pairs)
    this.#onFound = onFound
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#inside === 'none') return done(null, chunk)
    if (this.#inside !== 'unknown') return this.#look(this.#inside, chunk, done)
    const bytes = Buffer.concat([...this.#held, chunk])
    this.#held = []
    const kind = kindOf(bytes)
    if (kind !== undefined) {
      this.#inside = new Decoding(kind.format, (inside) => this.#see(inside))
      return this.#look(this.#inside, bytes, done)
    }
    if (mayBeCompressed(bytes)) {
      this.#held = [bytes]
      return done()
    }
    this.#inside = 'none'
    done(null, bytes)
  }

  override _flush(done: TransformCallback): void {
    if (!this.#wasFound()) this.#replacer.end()
    this.#letGo(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (typeof this.#inside !== 'string') this.#inside.destroy()
    done(error)
  }

  #see(inside: Buffer): void {
    this.#seen += inside.length
    if (!this.#wasFound()) this.#replacer.write(inside)
    if (this.#seen > lookedAtBytes) this.#stop()
  }

  #look(decoding: Decoding, chunk: Buffer, done: TransformCallback): void {
    const isFull = this.#heldSize > mostHeld
    this.#held.push(chunk)
    this.#heldSize += chunk.length
    let isOver = false
    this.#whenLooked = () => {
      if (isOver) return
      isOver = true
      if (this.#inside === 'none' || !this.#replacer.isHolding || this.#wasFound()) this.#letGo(done)
      else done(isFull ? this.#onFound() : null)
    }
    // What does not open any further, nobody else reads further either.
    decoding.write(chunk, (error) => (error === null ? this.#whenLooked() : this.#stop()))
  }

  #stop(): void {
    if (typeof this.#inside !== 'string') this.#inside.destroy()
    this.#inside = 'none'
    this.#whenLooked()
  }

  #letGo(done: TransformCallback): void {
    if (this.#wasFound()) return done(this.#onFound())
    const bytes = Buffer.concat(this.#held)
    this.#held = []
    this.#heldSize = 0
    done(null, bytes)
  }

  #wasFound(): boolean {
    return this.#replacer.count > 0
  }
}
