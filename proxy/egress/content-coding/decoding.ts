import { Duplex } from 'node:stream'
import type { Transform } from 'node:stream'
import type { BrotliDecompress, Gunzip, Inflate, InflateRaw, ZstdDecompress } from 'node:zlib'
import { ZstdFrames } from './zstd-frames.ts'

type Decompressor = Transform & (BrotliDecompress | Gunzip | Inflate | InflateRaw | ZstdDecompress)

export interface Format {
  readonly open: () => Decompressor
  /** What may stand behind the first of what is compressed: more of it, also behind zeros as tape archives have them; frames; or nothing. */
  readonly goesOn: 'behind zeros' | 'in frames' | 'never'
}

/**
 * Opens what is compressed to its end. Node's decompressors end with what they take for the end, and drop what follows
 * without a word: here that is opened too, or said to be none of it.
 */
export class Decoding {
  readonly #format: Format
  readonly #onBytes: (bytes: Buffer) => void
  readonly #frames: ZstdFrames | null
  #inner: Decompressor | null = null
  #fed = 0
  #hasBegun = false
  #isPaused = false
  /** Told of an error, and of nothing after it. */
  #done: (error: Error | null) => void = () => undefined

  /** `onBytes` gets what it opens to. */
  constructor(format: Format, onBytes: (bytes: Buffer) => void) {
    this.#format = format
    this.#onBytes = onBytes
    this.#frames = format.goesOn === 'in frames' ? new ZstdFrames() : null
  }

  /** `done` comes once all that it opens to has been handed on. */
  write(chunk: Buffer, done: (error: Error | null) => void): void {
    if (this.#frames === null) return this.#feed(chunk, done)
    const pieces = this.#frames.piecesOf(chunk)
    const next = (error: Error | null): void => {
      if (error !== null) return done(error)
      let piece: IteratorResult<Buffer, void>
      try {
        piece = pieces.next()
      } catch (none) {
        return done(none instanceof Error ? none : new Error(String(none)))
      }
      if (piece.done === true) done(null)
      else this.#feed(piece.value, next)
    }
    next(null)
  }

  end(done: (error: Error | null) => void): void {
    if (this.#frames?.isBetween === false) return done(new Error('it ends in the midst of a frame'))
    if (this.#inner === null) return done(null)
    this.#done = done
    this.#inner.once('end', () => this.#settle(null))
    this.#inner.end()
  }

  pause(): void {
    this.#isPaused = true
    this.#inner?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#inner?.resume()
  }

  destroy(): void {
    this.#done = () => undefined
    this.#inner?.destroy()
  }

  #feed(chunk: Buffer, done: (error: Error | null) => void): void {
    const bytes = this.#inner === null && this.#hasBegun ? withoutZeros(chunk) : chunk
    if (bytes.length === 0) return done(null)
    if (this.#inner === null && this.#hasBegun && this.#format.goesOn === 'never')
      return done(new Error('something follows its end'))
    const inner = (this.#inner ??= this.#opened())
    this.#hasBegun = true
    this.#done = done
    this.#fed += bytes.length
    inner.write(bytes, (error) => {
      if (error || (inner.destroyed && !inner.readableEnded)) return
      const unread = this.#fed - inner.bytesWritten
      if (unread === 0) return this.#settle(null)
      // It has come to its end; what is left of what it opened to comes before what follows.
      const goOn = () => {
        this.#inner = null
        this.#fed = 0
        this.#feed(bytes.subarray(bytes.length - unread), done)
      }
      if (inner.readableEnded) goOn()
      else inner.once('end', goOn)
    })
  }

  #opened(): Decompressor {
    const inner = this.#format.open()
    inner.on('data', this.#onBytes)
    inner.on('error', (error: Error) => this.#settle(error))
    if (this.#isPaused) inner.pause()
    return inner
  }

  #settle(error: Error | null): void {
    const done = this.#done
    this.#done = () => undefined
    done(error)
  }
}

const withoutZeros = (bytes: Buffer): Buffer => {
  const from = bytes.findIndex((byte) => byte !== 0)
  return from === -1 ? bytes.subarray(bytes.length) : bytes.subarray(from)
}

/** The same as a stream. */
export class DecodingStream extends Duplex {
  readonly #decoding: Decoding
  readonly #broken: (reason: string) => Error

  /** `broken`: how it is told that it cannot be opened, and why. */
  constructor(format: Format, broken: (reason: string) => Error) {
    super()
    this.#broken = broken
    this.#decoding = new Decoding(format, (bytes) => {
      if (!this.push(bytes)) this.#decoding.pause()
    })
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#decoding.write(chunk, (error) => done(error === null ? null : this.#broken(error.message)))
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#decoding.end((error) => {
      if (error === null) this.push(null)
      done(error === null ? null : this.#broken(error.message))
    })
  }

  override _read(): void {
    this.#decoding.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#decoding.destroy()
    done(error)
  }
}
