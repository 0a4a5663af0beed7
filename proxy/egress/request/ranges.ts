import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'

/** What a program asked for a part of (RFC 9110, section 14.1.2): from its first byte, or as many of the last. */
export type Wanted = { readonly first: number; readonly last: number | null } | { readonly suffix: number }

export interface Widened {
  readonly header: string
  readonly wanted: Wanted
}

/**
 * A range with as many bytes around it as a value in any writing may have: a value that stands across its border is
 * whole then, and seen. `null` for several ranges or what is none: then the whole is asked for.
 */
export function widened(range: string | undefined, span: number): Widened | null {
  const [, from = '', to = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(range ?? '') ?? []
  if (from === '')
    return to === '' || Number(to) === 0
      ? null
      : { header: `bytes=-${Number(to) + span}`, wanted: { suffix: Number(to) } }
  const first = Number(from)
  const last = to === '' ? null : Number(to)
  if (last !== null && last < first) return null
  return { header: `bytes=${Math.max(0, first - span)}-${last === null ? '' : last + span}`, wanted: { first, last } }
}

/** What of an answer’s part goes on. */
export interface Part {
  readonly contentRange: string
  readonly skip: number
  /** 0 where nothing that was asked for is there. */
  readonly length: number
}

/** `null` where the answer’s own range is none that was asked for. */
export function partOf(contentRange: string | undefined, wanted: Wanted): Part | null {
  const [, from, to, size = '*'] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(contentRange?.trim() ?? '') ?? []
  if (from === undefined || to === undefined) return null
  const [there, end] = [Number(from), Number(to)]
  const first = 'suffix' in wanted ? Math.max(there, end + 1 - wanted.suffix) : wanted.first
  const last = 'suffix' in wanted || wanted.last === null ? end : Math.min(end, wanted.last)
  if (first < there) return null
  if (first > last) return { contentRange: `bytes */${size}`, skip: 0, length: 0 }
  return { contentRange: `bytes ${first}-${last}/${size}`, skip: first - there, length: last + 1 - first }
}

/** Lets a part of what flows through, and nothing around it. */
export class Cut {
  #skip: number
  #left: number

  constructor({ skip, length }: Part) {
    this.#skip = skip
    this.#left = length
  }

  take(chunk: Buffer): Buffer {
    const out = chunk.subarray(this.#skip, this.#skip + this.#left)
    this.#skip = Math.max(0, this.#skip - chunk.length)
    this.#left -= out.length
    return out
  }
}

/** The same in a pipeline. */
export class Cutting extends Transform {
  readonly #cut: Cut

  constructor(cut: Cut) {
    super()
    this.#cut = cut
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, this.#cut.take(chunk))
  }
}
