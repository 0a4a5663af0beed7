import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { Replacer } from '../replace/replacer.ts'
import type { Pairs } from '../replace/replacer.ts'
import type { Outward } from './tenants.ts'

/** A Replacer in a pipeline. */
export class ReplacingStream extends Transform {
  readonly #replacer: Replacer

  constructor(pairs: Pairs) {
    super()
    this.#replacer = new Replacer(pairs)
  }

  get count(): number {
    return this.#replacer.count
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.#replacer.write(chunk))
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#replacer.end())
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

/** Counts what goes by. */
export class Counting extends Transform {
  readonly #onBytes: (count: number) => void

  constructor(onBytes: (count: number) => void) {
    super()
    this.#onBytes = onBytes
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, data: Buffer) => void): void {
    this.#onBytes(chunk.length)
    done(null, chunk)
  }
}

/** Notes which secrets come by in a body. */
export class Noticing extends Transform {
  readonly #outward: Outward
  readonly #used: Set<string>
  #tail = ''

  constructor(outward: Outward, used: Set<string>) {
    super()
    this.#outward = outward
    this.#used = used
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, data: Buffer) => void): void {
    const text = this.#tail + chunk.toString('latin1')
    for (const { name, placeholder } of this.#outward.own) if (text.includes(placeholder)) this.#used.add(name)
    this.#tail = text.slice(-500)
    done(null, chunk)
  }
}

/**
 * Passes a body on, cleaned where there is something to look for. By hand, since it is what nearly every answer takes:
 * a pipeline of streams costs several times as much.
 */
export function pump(from: IncomingMessage, to: ServerResponse, replacer: Replacer | null, counts: { down: number; scrubbed: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (error?: Error) => {
      counts.scrubbed += replacer?.count ?? 0
      if (error === undefined) return resolve()
      from.destroy()
      reject(error)
    }
    from.on('data', (chunk: Buffer) => {
      const out = replacer === null ? chunk : replacer.write(chunk)
      if (out.length === 0) return
      counts.down += out.length
      if (to.write(out)) return
      from.pause()
      to.once('drain', () => from.resume())
    })
    from.on('end', () => {
      const out = replacer?.end()
      if (out !== undefined && out.length > 0) {
        counts.down += out.length
        to.end(out)
      } else to.end()
      over()
    })
    from.on('aborted', () => over(new Error('the other side broke off')))
    from.on('error', over)
    to.on('close', () => {
      if (!to.writableEnded) over(new Error('the program went'))
    })
  })
}
