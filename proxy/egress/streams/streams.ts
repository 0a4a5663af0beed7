import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { Replacer } from '../../replace/replacer.ts'
import type { Pairs } from '../../replace/pairs.ts'

/** A Replacer in a pipeline. */
export class ReplacingStream extends Transform {
  readonly #replacer: Replacer
  readonly #onOver: (count: number) => void

  /** `onOver` is told how many were replaced, at its end, however it ends. */
  constructor(pairs: Pairs, onOver: (count: number) => void = () => undefined) {
    super()
    this.#replacer = new Replacer(pairs)
    this.#onOver = onOver
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (const piece of this.#replacer.pieces(chunk)) this.push(piece)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onOver(this.#replacer.count)
    done(error)
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#replacer.end())
  }
}

/** Puts values in the place of placeholders, and notes whose: what was put in is what is recorded. */
export class PuttingIn extends Transform {
  readonly #replacer: Replacer
  readonly #used: Set<string>

  constructor(pairs: Pairs, used: Set<string>) {
    super()
    // A length that was told stays true.
    this.#replacer = new Replacer(pairs, 'leave')
    this.#used = used
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pass(this.#replacer.write(chunk), done)
  }

  override _flush(done: TransformCallback): void {
    this.#pass(this.#replacer.end(), done)
  }

  #pass(out: Buffer, done: TransformCallback): void {
    // Before it leaves, so that a call that is cut tells of it too.
    for (const owner of this.#replacer.owners) this.#used.add(owner)
    done(null, out)
  }
}

/** Ends the stream with an error as soon as something looked for comes by. */
export class GuardingStream extends Transform {
  readonly #replacer: Replacer
  readonly #onFound: () => Error

  constructor(pairs: Pairs, onFound: () => Error) {
    super()
    this.#replacer = new Replacer(pairs)
    this.#onFound = onFound
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    // What may be the beginning of it waits, so no more of it goes out than others share.
    const out = this.#replacer.write(chunk)
    if (this.#replacer.count > 0) done(this.#onFound())
    else done(null, out)
  }

  override _flush(done: TransformCallback): void {
    const out = this.#replacer.end()
    if (this.#replacer.count > 0) done(this.#onFound())
    else done(null, out)
  }
}

/** Counts what goes by; what counts may end it by throwing. */
export class Counting extends Transform {
  readonly #onBytes: (count: number) => void

  constructor(onBytes: (count: number) => void) {
    super()
    this.#onBytes = onBytes
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#onBytes(chunk.length)
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)))
    }
    done(null, chunk)
  }
}
