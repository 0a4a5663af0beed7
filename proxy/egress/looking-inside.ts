import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Replacer, replaceWhole } from '../replace/replacer.ts'
import type { Pairs } from '../replace/pairs.ts'
import { gzipFormat, zstdFormat } from './codings.ts'
import { Decoding } from './decoding.ts'
import { Refusal } from './refusal.ts'
import { ZstdFrames } from './zstd-frames.ts'

/** Of what a stream opens to, as many bytes are looked at; more is not worth its time. */
const lookedAtBytes = 32 * 1024 * 1024
/** A message is opened at once. */
const wholeBytes = 4 * 1024 * 1024
/** Each is opened by itself, which takes its time; nobody writes a message of more but to hide something. */
const mostFrames = 1000
/** What such bytes begin with (RFC 1952, section 2.3; RFC 8878, sections 3.1.1 and 3.1.2). */
const kinds = [
  { begins: [Buffer.from([0x1f, 0x8b, 0x08])], format: gzipFormat, holds: (pairs: Pairs, bytes: Buffer) => holds(pairs, [gunzipSync(bytes, { maxOutputLength: wholeBytes, finishFlush: constants.Z_SYNC_FLUSH })]) },
  { begins: [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), ...Array.from({ length: 16 }, (_, low) => Buffer.from([0x50 + low, 0x2a, 0x4d, 0x18]))], format: zstdFormat, holds: holdsInFrames },
] as const

function holdsInFrames(pairs: Pairs, bytes: Buffer): boolean {
  const opened: Buffer[] = []
  let left = wholeBytes
  let frames = 0
  try {
    for (const frame of new ZstdFrames().piecesOf(bytes)) {
      frames += 1
      if (frames > mostFrames) return true
      const inside = zstdDecompressSync(frame, { maxOutputLength: Math.max(left, 1), finishFlush: constants.ZSTD_e_flush })
      left -= inside.length
      opened.push(inside)
      if (left <= 0) break
    }
  } catch {
    // What does not open any further, nobody else reads further either.
  }
  return holds(pairs, opened)
}

const holds = (pairs: Pairs, opened: readonly Buffer[]) => opened.length > 0 && replaceWhole(pairs, Buffer.concat(opened)).count > 0

export const valueInside = (): Refusal => new Refusal(502, 'value_inside', 'What came back is compressed, does not say so, and carries the value of a secret, or is in more pieces than are looked into: it was cut.')

/** Whether bytes begin like something compressed, as far as they go. */
export const mayBeCompressed = (bytes: Buffer): boolean => bytes.length > 0 && kinds.some(({ begins }) => begins.some((each) => each.subarray(0, bytes.length).equals(bytes.subarray(0, each.length))))

const kindOf = (bytes: Buffer) => kinds.find(({ begins }) => begins.some((each) => each.equals(bytes.subarray(0, each.length))))

/** Whether something looked for stands in what a message opens to, of which so much is looked at. */
export function holdsInside(pairs: Pairs, bytes: Buffer): boolean {
  try {
    return kindOf(bytes)?.holds(pairs, bytes) ?? false
  } catch {
    return false
  }
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
    this.#held.push(chunk)
    let isOver = false
    this.#whenLooked = () => {
      if (isOver) return
      isOver = true
      if (this.#inside !== 'none' && this.#replacer.isHolding && !this.#wasFound()) done()
      else this.#letGo(done)
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
    done(null, bytes)
  }

  #wasFound(): boolean {
    return this.#replacer.count > 0
  }
}
