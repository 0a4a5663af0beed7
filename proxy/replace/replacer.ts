import type { Pair } from './variants.ts'

interface Known {
  readonly from: Buffer
  readonly to: Buffer
  readonly folds: boolean
}

/** What stands whole at a place: where it ends, and what is to stand there instead. */
interface Found {
  readonly end: number
  readonly to: Buffer
}

const empty = Buffer.alloc(0)
/** As many bytes decide, at the end of what is there, whether it is worth looking closer. */
const startBytes = 4
const filterBits = 16
/** Of the beginning of each, at most as many bytes decide how far the search may leap. */
const longestBeginning = 12
const blockBytes = 3
const leapBits = 17
/** How lines are broken in base64: as they are, or escaped in JSON. */
const breaks = ['\n', '\r\n', String.raw`\n`, String.raw`\r\n`].map((text) => Buffer.from(text, 'latin1'))
const longestBreak = 4
/** Knuth's multiplicative hash. */
const slotOf = (start: number) => Math.imul(start, 0x9e3779b1) >>> (32 - filterBits)
const leapSlotOf = (first: number, second: number, third: number) => Math.imul(first | (second << 8) | (third << 16), 0x9e3779b1) >>> (32 - leapBits)
const startAt = (bytes: Buffer, at: number) => ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) | 0
/** Fewer than four bytes, with how many, as one number. */
const shortStart = (bytes: Buffer, at: number, count: number) => {
  let start = count
  for (let index = 0; index < count; index += 1) start = start * 256 + (bytes[at + index] ?? 0)
  return start
}

/**
 * Pairs, made ready to be looked for all at once; shorter than four bytes they are left out. The search leaps as Wu and
 * Manber's does ("A fast algorithm for multi-pattern searching", 1994): three bytes tell how far it is at least to where
 * one of them could begin. Lines may be broken in what folds, where they are at least as long as those beginnings.
 */
export class Pairs {
  /** At most as many bytes belong to one of them, lines broken wherever they may be. */
  readonly span: number
  /** Whether each stands in for the same number of bytes, so that a length told before stays true. */
  readonly keepsLength: boolean
  /** By a hash of three bytes: how far to go on from where they stand; 0 where one of them may begin. */
  readonly #leaps = new Uint8Array(1 << leapBits)
  /** How many bytes of each beginning are looked at. */
  readonly #beginning: number
  /** One for each value of a hash of the first four bytes. */
  readonly #filter = new Uint8Array(1 << filterBits)
  readonly #byStart = new Map<number, Known[]>()
  /** What one of them may begin with where fewer than four bytes are there. */
  readonly #shortStarts = new Set<number>()

  constructor(pairs: readonly Pair[]) {
    // At one place the longest is meant.
    const sorted = pairs.filter(({ from }) => from.length >= startBytes).sort((a, b) => b.from.length - a.from.length)
    this.span = Math.max(1, ...sorted.map(({ from, folds }) => from.length * (folds ? 1 + longestBreak : 1)))
    this.keepsLength = sorted.every(({ from, to }) => from.length === to.length)
    this.#beginning = Math.min(longestBeginning, ...sorted.map(({ from }) => from.length))
    this.#leaps.fill(this.#beginning - blockBytes + 1)
    for (const pair of sorted) {
      const known: Known = { from: Buffer.from(pair.from, 'latin1'), to: Buffer.from(pair.to, 'latin1'), folds: pair.folds }
      for (const beginning of beginningsOf(known, this.#beginning)) {
        this.#learn(beginning)
        this.#remember(beginning, known)
      }
    }
  }

  /** The next place from `from` on at which one of them could stand; the end where there is none. */
  nextCandidate(bytes: Buffer, from: number): number {
    const leaps = this.#leaps
    const ahead = this.#beginning - blockBytes
    const last = bytes.length - blockBytes
    for (let at = from + ahead; at <= last; ) {
      const leap = leaps[leapSlotOf(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0)] ?? 1
      if (leap === 0) return at - ahead
      at += leap
    }
    return bytes.length
  }

  /** Whether it is worth looking closer at a text of characters that are bytes. */
  mayStandIn(text: string): boolean {
    const last = text.length - blockBytes
    for (let at = this.#beginning - blockBytes; at <= last; ) {
      const leap = this.#leaps[leapSlotOf(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2))] ?? 1
      if (leap === 0) return true
      at += leap
    }
    return false
  }

  /** The longest of them that stands whole at a place. */
  at(bytes: Buffer, place: number): Found | null {
    for (const known of this.#byStart.get(startAt(bytes, place)) ?? []) {
      const end = place + known.from.length
      if (end <= bytes.length && known.from.compare(bytes, place, end) === 0) return { end, to: known.to }
      const folded = known.folds ? foldedEnd(known, bytes, place) : 'none'
      if (typeof folded === 'number') return { end: folded, to: refolded(known, bytes, place, folded) }
    }
    return null
  }

  /** The first place from `from` on at which one of them could begin and go on behind the end. */
  unfinished(bytes: Buffer, from: number): number {
    const short = Math.max(from, bytes.length - startBytes + 1)
    for (let at = from; at < short; at += 1) {
      const start = startAt(bytes, at)
      if (this.#filter[slotOf(start)] !== 1) continue
      for (const known of this.#byStart.get(start) ?? []) if (mayGoOn(known, bytes, at)) return at
    }
    for (let at = short; at < bytes.length; at += 1) if (this.#shortStarts.has(shortStart(bytes, at, bytes.length - at))) return at
    return bytes.length
  }

  #learn(beginning: Buffer): void {
    for (let at = 0; at + blockBytes <= beginning.length; at += 1) {
      const slot = leapSlotOf(beginning[at] ?? 0, beginning[at + 1] ?? 0, beginning[at + 2] ?? 0)
      this.#leaps[slot] = Math.min(this.#leaps[slot] ?? 0, beginning.length - blockBytes - at)
    }
  }

  #remember(start: Buffer, known: Known): void {
    const whole = startAt(start, 0)
    this.#filter[slotOf(whole)] = 1
    const others = this.#byStart.get(whole) ?? []
    if (!others.includes(known)) this.#byStart.set(whole, [...others, known])
    for (let count = 1; count < startBytes; count += 1) this.#shortStarts.add(shortStart(start, 0, count))
  }
}

/** Whether it may go on behind the end. */
function mayGoOn(known: Known, bytes: Buffer, at: number): boolean {
  const rest = bytes.length - at
  if (rest < known.from.length && known.from.compare(bytes, at, bytes.length, 0, rest) === 0) return true
  return known.folds && foldedEnd(known, bytes, at) === 'unfinished'
}

/** Its first bytes, in each form that a broken line gives them. */
function beginningsOf({ from, folds }: Known, length: number): readonly Buffer[] {
  const plain = from.subarray(0, length)
  if (!folds) return [plain]
  const places = Array.from({ length: length - 1 }, (_, index) => index + 1)
  return [plain, ...places.flatMap((place) => breaks.map((each) => Buffer.concat([from.subarray(0, place), each, from.subarray(place)]).subarray(0, length)))]
}

/** Where it ends, with lines broken between its characters. */
function foldedEnd({ from }: Known, bytes: Buffer, place: number): number | 'none' | 'unfinished' {
  let at = place
  for (let index = 0; index < from.length; ) {
    if (at === bytes.length) return 'unfinished'
    if (bytes[at] === from[index]) {
      at += 1
      index += 1
      continue
    }
    const found = index === 0 ? undefined : breakAt(bytes, at)
    if (found === undefined) return 'none'
    if (found === 'unfinished') return 'unfinished'
    at += found
  }
  return at
}

function breakAt(bytes: Buffer, at: number): number | 'unfinished' | undefined {
  for (const each of breaks) {
    const rest = Math.min(each.length, bytes.length - at)
    if (each.compare(bytes, at, at + rest, 0, rest) === 0) return rest === each.length ? rest : 'unfinished'
  }
  return undefined
}

/** What stands instead, with lines broken where they were. */
function refolded({ from, to }: Known, bytes: Buffer, place: number, end: number): Buffer {
  if (to.length !== from.length) return to
  const out = Buffer.from(bytes.subarray(place, end))
  let index = 0
  for (let at = 0; at < out.length; ) {
    if (out[at] === from[index]) {
      out[at] = to[index] ?? 0
      at += 1
      index += 1
    } else at += Number(breakAt(bytes, place + at))
  }
  return out
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
      at = found.end
      done = at
      if (!isEnd && done > hold) hold = this.#holdFrom(bytes, done)
    }
    this.#held = hold === bytes.length || done === bytes.length ? empty : Buffer.from(bytes.subarray(Math.max(done, hold)))
    if (out.length === 0) return bytes.subarray(0, hold)
    if (done < hold) out.push(bytes.subarray(done, hold))
    return Buffer.concat(out)
  }

  #holdFrom(bytes: Buffer, from: number): number {
    return this.#pairs.unfinished(bytes, Math.max(from, bytes.length - this.#pairs.span + 1))
  }
}

/** In a text that is there whole, of characters that are bytes: a header's, an address's. */
export function replaceAll(pairs: Pairs, text: string): { readonly text: string; readonly count: number } {
  if (!pairs.mayStandIn(text)) return { text, count: 0 }
  const replacer = new Replacer(pairs)
  const out = Buffer.concat([replacer.write(Buffer.from(text, 'latin1')), replacer.end()])
  return replacer.count === 0 ? { text, count: 0 } : { text: out.toString('latin1'), count: replacer.count }
}

/** Whether any of them stands in it. */
export const holds = (pairs: Pairs, text: string): boolean => replaceAll(pairs, text).count > 0
