import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { constants, createGunzip, createZstdDecompress, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Replacer, replaceWhole } from '../replace/replacer.ts'
import type { Pairs } from '../replace/pairs.ts'
import { Refusal } from './refusal.ts'

/** Of what a stream opens to, as many bytes are looked at; more is not worth its time. */
const lookedAtBytes = 32 * 1024 * 1024
/** A message is opened at once. */
const wholeBytes = 4 * 1024 * 1024
/** What such bytes begin with (RFC 1952, section 2.3; RFC 8878, section 3.1.1). */
const kinds = [
  { begins: Buffer.from([0x1f, 0x8b, 0x08]), open: createGunzip, openWhole: (bytes: Buffer) => gunzipSync(bytes, { maxOutputLength: wholeBytes, finishFlush: constants.Z_SYNC_FLUSH }) },
  { begins: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), open: createZstdDecompress, openWhole: (bytes: Buffer) => zstdDecompressSync(bytes, { maxOutputLength: wholeBytes, finishFlush: constants.ZSTD_e_flush }) },
] as const

export const valueInside = (): Refusal => new Refusal(502, 'value_inside', 'What came back is compressed, does not say so, and carries the value of a secret: it was cut.')

/** Whether bytes begin like something compressed, as far as they go. */
export const mayBeCompressed = (bytes: Buffer): boolean => bytes.length > 0 && kinds.some(({ begins }) => begins.subarray(0, bytes.length).equals(bytes.subarray(0, begins.length)))

/** Whether something looked for stands in what a message opens to, of which so much is looked at. */
export function holdsInside(pairs: Pairs, bytes: Buffer): boolean {
  const kind = kinds.find(({ begins }) => begins.equals(bytes.subarray(0, begins.length)))
  if (kind === undefined) return false
  try {
    return replaceWhole(pairs, kind.openWhole(bytes)).count > 0
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
  #inside: Transform | 'unknown' | 'none' = 'unknown'
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
    const kind = kinds.find(({ begins }) => begins.equals(bytes.subarray(0, begins.length)))
    if (kind !== undefined) {
      this.#inside = this.#opened(kind.open())
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

  #opened(opening: Transform): Transform {
    opening.on('data', (bytes: Buffer) => {
      this.#seen += bytes.length
      if (!this.#wasFound()) this.#replacer.write(bytes)
      if (this.#seen > lookedAtBytes) opening.destroy()
    })
    // What does not open any further, nobody else reads further either.
    opening.on('error', () => undefined)
    return opening
  }

  #look(opening: Transform, chunk: Buffer, done: TransformCallback): void {
    this.#held.push(chunk)
    let isOver = false
    const over = () => {
      if (isOver) return
      isOver = true
      opening.off('close', over)
      if (opening.destroyed) {
        this.#inside = 'none'
        this.#letGo(done)
      } else if (this.#replacer.isHolding && !this.#wasFound()) done()
      else this.#letGo(done)
    }
    if (opening.destroyed) return over()
    opening.once('close', over)
    opening.write(chunk, over)
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
