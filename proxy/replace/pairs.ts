import { fitsBorder, spotBefore } from './borders.ts'
import { blockBytes, blockOf, emptyHash, extended, quadOf, slotOf } from './blocks.ts'
import { foundAt } from './found.ts'
import type { Found, Open } from './found.ts'
import { Interruptions } from './interruptions.ts'
import { eachKnown } from './known.ts'
import type { Known } from './known.ts'
import { NumberTable } from './tables.ts'
import type { Pair } from './variants.ts'

const startBytes = 4
/** `&#x0000041;`, and a backslash written twice in each of two strings around it, are no longer. */
const longestEscape = 12
/** Of the beginning of each, at most as many bytes decide how far the search may leap. */
const longestBeginning = 12

/** As many slots for each of the blocks that are learned: about one leap in twelve is shorter than it could be. */
const slotsPerBlock = 12
const mostSlotBits = 17
/** What an object and two small buffers take, about. */
const knownBytes = 320
/** And what Pairs take that look for next to nothing. */
const leastBytes = 65_536

/** Texts in which none stands are remembered, as headers are the same in nearly every call: as many, and as long ones. */
const mostClean = 128
const longestClean = 64

const startAt = (bytes: Uint8Array, at: number) =>
  quadOf(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0)

/**
 * Pairs, made ready to be looked for all at once; shorter than four bytes they are left out. Those whose beginnings are
 * whole are found by leaps as Wu and Manber's ("A fast algorithm for multi-pattern searching", 1994): three bytes tell how
 * far it is at least to where one of them could begin.
 */
export class Pairs {
  readonly isEmpty: boolean
  /** Whether each stands in for the same number of bytes, so that a length told before stays true. */
  readonly keepsLength: boolean
  /** As many bytes belong to one of them, with each character escaped and lines broken. */
  readonly span: number
  /** By a hash of three bytes: how far to go on from where they stand; 0 where one of them may begin. */
  readonly #leaps: Uint8Array
  readonly #shift: number
  /** How many bytes of each beginning are looked at. */
  readonly #beginning: number
  readonly #all: readonly Known[]
  /** Their numbers by their first four bytes. */
  readonly #byStart: NumberTable
  readonly #interruptions: Interruptions
  /** Bytes that may stand before one, and share a character with it. */
  readonly #canLead = new Uint8Array(256)
  readonly #clean = new Set<string>()
  /** How many bytes of memory it keeps, about. */
  readonly bytes: number

  constructor(pairs: readonly Pair[]) {
    // At one place the longest is meant.
    const all = pairs
      .filter(({ from }) => from.length >= startBytes)
      .sort((a, b) => b.from.length - a.from.length)
      .map(eachKnown())
    this.#all = all
    this.isEmpty = all.length === 0
    this.keepsLength = all.every(({ from, to }) => from.length === to.length)
    this.span = Math.max(
      1,
      ...all.map(({ from, escapes, gaps }) => from.length * (escapes ? longestEscape : 1) * (gaps === 'none' ? 1 : 2)),
    )
    // Two less than the shortest has, so that an interruption among them has two characters behind it.
    this.#beginning = Math.min(longestBeginning, ...all.map(({ from }) => Math.max(from.length - 2, blockBytes)))
    const slotBits = Math.min(
      mostSlotBits,
      32 - Math.clz32(slotsPerBlock * all.length * (this.#beginning - blockBytes + 1)),
    )
    this.#shift = 32 - slotBits
    this.#leaps = new Uint8Array(1 << slotBits).fill(this.#beginning - blockBytes + 1)
    for (const known of all) this.#learn(known)
    this.#byStart = new NumberTable(all.map(({ from }, value) => ({ key: startAt(from, 0), value })))
    this.#interruptions = new Interruptions(all, this.#beginning)
    this.bytes =
      this.#leaps.length +
      this.#byStart.bytes +
      this.#interruptions.bytes +
      all.reduce((sum, { from, to }) => sum + from.length + to.length + knownBytes, leastBytes)
  }

  /** Whether a text is known to hold none of them. */
  isClean(text: string): boolean {
    return this.#clean.has(text)
  }

  noteClean(text: string): void {
    if (text.length > longestClean) return
    if (this.#clean.size >= mostClean) this.#clean.clear()
    // A copy: the text may be a part of a longer one, which would be kept with it.
    this.#clean.add(Buffer.from(text, 'latin1').toString('latin1'))
  }

  /** The next place from `from` on at which one of them could stand as it is; the end where there is none. */
  nextCandidate(bytes: Uint8Array, from: number): number {
    const leaps = this.#leaps
    const shift = this.#shift
    const ahead = this.#beginning - blockBytes
    const last = bytes.length - blockBytes
    for (let at = from + ahead; at <= last;) {
      const leap = leaps[slotOf(blockOf(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0), shift)] ?? 1
      if (leap === 0) return at - ahead
      at += leap
    }
    return bytes.length
  }

  /** The longest of them that stands at a place, or may once more is there. Nothing before `from` can be changed. */
  at(bytes: Uint8Array, place: number, from: number, isEnd: boolean): Found | Open | null {
    const start = startAt(bytes, place)
    const byStart = this.#byStart
    for (let index = byStart.first(start); byStart.isOf(index, start); index += 1) {
      const known = this.#all[byStart.valueAt(index)]
      const found = known === undefined ? null : foundAt(known, bytes, { start: place, place, index: 0, from, isEnd })
      if (found !== null) return found
    }
    return null
  }

  /** Those that are interrupted among their first characters, in order; and from where on the end leaves one open. */
  interrupted(bytes: Uint8Array, isEnd: boolean): { readonly found: readonly Found[]; readonly open: number } {
    const found: Found[] = []
    const open = this.#interruptions.find(bytes, isEnd, found)
    return {
      found:
        found.length > 1
          ? found.sort(
              (a, b) =>
                a.start - b.start ||
                b.end - a.end ||
                b.known.from.length - a.known.from.length ||
                a.known.from.compare(b.known.from),
            )
          : found,
      open,
    }
  }

  /** The first place from `from` on at which one of them could begin too near to the end to be looked for. */
  unfinished(bytes: Uint8Array, from: number): number {
    const { length } = bytes
    let hold = this.#interruptions.unfinished(bytes, from)
    for (let start = Math.max(from, length - this.#beginning); start < hold; start += 1) {
      let hash = emptyHash
      for (let at = start; at < length; at += 1) hash = extended(hash, bytes[at] ?? 0)
      if (this.#interruptions.hasPrefix(hash)) hold = start
    }
    const before = spotBefore(bytes, hold, from)
    return before !== null && this.#canLead[before.byte] === 1 ? before.start : hold
  }

  #learn(known: Known): void {
    const { from, lead } = known
    for (let at = 0; at + blockBytes <= this.#beginning; at += 1) {
      const slot = slotOf(blockOf(from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0), this.#shift)
      this.#leaps[slot] = Math.min(this.#leaps[slot] ?? 0, this.#beginning - blockBytes - at)
    }
    if (lead !== null) for (let byte = 0; byte < 256; byte += 1) if (fitsBorder(lead, byte)) this.#canLead[byte] = 1
  }
}
