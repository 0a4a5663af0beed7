import type { Pair } from './variants.ts'

interface Node {
  readonly next: Map<number, Node>
}

interface Known {
  readonly from: Buffer
  readonly to: Buffer
}

const empty = Buffer.alloc(0)
/** As many bytes decide whether it is worth looking closer. */
const startBytes = 4
const filterBits = 16
/** Knuth's multiplicative hash. */
const slotOf = (start: number) => Math.imul(start, 0x9e3779b1) >>> (32 - filterBits)
const startAt = (bytes: Buffer, at: number) => ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) | 0

/** Pairs, made ready to be looked for all at once. Shorter than four bytes they are left out. */
export class Pairs {
  readonly expression: RegExp
  readonly longest: number
  /** Whether each stands in for the same number of bytes, so that a length told before stays true. */
  readonly keepsLength: boolean
  readonly #to: ReadonlyMap<string, string>
  readonly #root: Node = { next: new Map() }
  /** One for each value of a hash of the first four bytes: nearly all places are passed by one look here. */
  readonly #filter = new Uint8Array(1 << filterBits)
  readonly #byStart = new Map<number, Known[]>()

  constructor(pairs: readonly Pair[]) {
    // At one place the longest is meant.
    const sorted = pairs.filter(({ from }) => from.length >= startBytes).sort((a, b) => b.from.length - a.from.length)
    this.expression = new RegExp(sorted.map(({ from }) => from.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)).join('|') || '(?!)', 'g')
    this.#to = new Map(sorted.toReversed().map(({ from, to }) => [from, to]))
    this.longest = sorted[0]?.from.length ?? 0
    this.keepsLength = sorted.every(({ from, to }) => from.length === to.length)
    for (const pair of sorted) {
      const known: Known = { from: Buffer.from(pair.from, 'latin1'), to: Buffer.from(pair.to, 'latin1') }
      const start = startAt(known.from, 0)
      this.#filter[slotOf(start)] = 1
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), known])
      let node = this.#root
      for (const byte of known.from) {
        const next = node.next.get(byte) ?? { next: new Map<number, Node>() }
        node.next.set(byte, next)
        node = next
      }
    }
  }

  replacementOf(found: string): string {
    return this.#to.get(found) ?? ''
  }

  /** The next place from `from` on at which one of them could stand; the end where there is none. */
  nextCandidate(bytes: Buffer, from: number): number {
    const filter = this.#filter
    const last = bytes.length - startBytes
    if (from > last) return bytes.length
    let start = startAt(bytes, from)
    for (let at = from; ; ) {
      if (filter[slotOf(start)] === 1) return at
      at += 1
      if (at > last) return bytes.length
      start = (start >>> 8) | ((bytes[at + 3] ?? 0) << 24)
    }
  }

  /** The longest of them that stands whole at a place. */
  at(bytes: Buffer, place: number): Known | null {
    for (const known of this.#byStart.get(startAt(bytes, place)) ?? []) {
      const end = place + known.from.length
      if (end <= bytes.length && known.from.compare(bytes, place, end) === 0) return known
    }
    return null
  }

  /** Whether one of them could begin at `place` and go on behind the end. */
  mayGoOn(bytes: Buffer, place: number): boolean {
    let node: Node | undefined = this.#root
    for (let at = place; at < bytes.length; at += 1) {
      node = node.next.get(bytes[at] ?? 0)
      if (node === undefined) return false
    }
    return node.next.size > 0
  }
}

/**
 * Replaces in a stream of bytes, across the borders of its pieces. What cannot be part of anything looked for goes on
 * at once, so a stream of tokens is not held up; what may be the beginning of it waits, at most one length of it.
 */
export class Replacer {
  readonly #pairs: Pairs
  #held: Buffer = empty
  #count = 0

  constructor(pairs: Pairs) {
    this.#pairs = pairs
  }

  /** How many were replaced. */
  get count(): number {
    return this.#count
  }

  write(chunk: Buffer): Buffer {
    return this.#work(this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]), false)
  }

  /** What was held; nothing comes behind it. */
  end(): Buffer {
    return this.#work(this.#held, true)
  }

  #work(bytes: Buffer, isEnd: boolean): Buffer {
    const pairs = this.#pairs
    const out: Buffer[] = []
    let done = 0
    let hold = isEnd ? bytes.length : this.#holdFrom(bytes, 0)
    // One that begins where something longer may go on is decided once that is known.
    for (let at = pairs.nextCandidate(bytes, 0); at < hold; at = pairs.nextCandidate(bytes, at)) {
      const found = pairs.at(bytes, at)
      if (found === null) {
        at += 1
        continue
      }
      out.push(bytes.subarray(done, at), found.to)
      this.#count += 1
      at += found.from.length
      done = at
      if (!isEnd && done > hold) hold = this.#holdFrom(bytes, done)
    }
    this.#held = hold === bytes.length || done === bytes.length ? empty : Buffer.from(bytes.subarray(Math.max(done, hold)))
    if (out.length === 0) return bytes.subarray(0, hold)
    if (done < hold) out.push(bytes.subarray(done, hold))
    return Buffer.concat(out)
  }

  #holdFrom(bytes: Buffer, from: number): number {
    for (let at = Math.max(from, bytes.length - this.#pairs.longest + 1); at < bytes.length; at += 1) if (this.#pairs.mayGoOn(bytes, at)) return at
    return bytes.length
  }
}

/** In a text that is there whole, of characters that are bytes: a header's, an address's. */
export function replaceAll(pairs: Pairs, text: string): { readonly text: string; readonly count: number } {
  let count = 0
  const out = text.replace(pairs.expression, (found) => {
    count += 1
    return pairs.replacementOf(found)
  })
  return { text: out, count }
}

/** Whether any of them stands in it. */
export const holds = (pairs: Pairs, text: string): boolean => text.search(pairs.expression) >= 0
