import { fitsBorder, spotBefore } from './borders.ts'
import { blockBytes, blockOf, emptyHash, extended, slotBits, slotOf } from './blocks.ts'
import { foundAt } from './found.ts'
import type { Found, Open } from './found.ts'
import { Interruptions } from './interruptions.ts'
import { knownOf } from './known.ts'
import type { Known } from './known.ts'
import type { Pair } from './variants.ts'

const startBytes = 4
/** `&#x0000041;`, and a backslash written twice in each of two strings around it, are no longer. */
const longestEscape = 12
const foldedStart = 0x20202020
/** Of the beginning of each, at most as many bytes decide how far the search may leap. */
const longestBeginning = 12

const startAt = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) | foldedStart

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
  readonly #leaps = new Uint8Array(1 << slotBits)
  /** How many bytes of each beginning are looked at. */
  readonly #beginning: number
  readonly #byStart = new Map<number, Known[]>()
  readonly #interruptions: Interruptions
  /** Hashes of what one of them may begin with, shorter than a beginning. */
  readonly #prefixes = new Set<number>()
  /** Bytes that may stand before one, and share a character with it. */
  readonly #canLead = new Uint8Array(256)

  constructor(pairs: readonly Pair[]) {
    // At one place the longest is meant.
    const all = pairs.filter(({ from }) => from.length >= startBytes).sort((a, b) => b.from.length - a.from.length).map(knownOf)
    this.isEmpty = all.length === 0
    this.keepsLength = all.every(({ from, to }) => from.length === to.length)
    this.span = Math.max(1, ...all.map(({ from, escapes, gaps }) => from.length * (escapes ? longestEscape : 1) * (gaps === 'none' ? 1 : 2)))
    // Two less than the shortest has, so that an interruption among them has two characters behind it.
    this.#beginning = Math.min(longestBeginning, ...all.map(({ from }) => Math.max(from.length - 2, blockBytes)))
    this.#leaps.fill(this.#beginning - blockBytes + 1)
    for (const known of all) this.#learn(known)
    this.#interruptions = new Interruptions(all, this.#beginning)
  }

  /** The next place from `from` on at which one of them could stand as it is; the end where there is none. */
  nextCandidate(bytes: Uint8Array, from: number): number {
    const leaps = this.#leaps
    const ahead = this.#beginning - blockBytes
    const last = bytes.length - blockBytes
    for (let at = from + ahead; at <= last; ) {
      const leap = leaps[slotOf(blockOf(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0))] ?? 1
      if (leap === 0) return at - ahead
      at += leap
    }
    return bytes.length
  }

  /** The longest of them that stands at a place, or may once more is there. Nothing before `from` can be changed. */
  at(bytes: Uint8Array, place: number, from: number, isEnd: boolean): Found | Open | null {
    const all = this.#byStart.get(startAt(bytes, place))
    if (all === undefined) return null
    for (const known of all) {
      const found = foundAt(known, bytes, { start: place, place, index: 0, from, isEnd })
      if (found !== null) return found
    }
    return null
  }

  /** Those that are interrupted among their first characters, in order; and from where on the end leaves one open. */
  interrupted(bytes: Uint8Array, isEnd: boolean): { readonly found: readonly Found[]; readonly open: number } {
    const found: Found[] = []
    const open = this.#interruptions.find(bytes, isEnd, found)
    return { found: found.length > 1 ? found.sort((a, b) => a.start - b.start || b.end - a.end) : found, open }
  }

  /** The first place from `from` on at which one of them could begin too near to the end to be looked for. */
  unfinished(bytes: Uint8Array, from: number): number {
    const { length } = bytes
    let hold = this.#interruptions.unfinished(bytes, from)
    for (let start = Math.max(from, length - this.#beginning); start < hold; start += 1) {
      let hash = emptyHash
      for (let at = start; at < length; at += 1) hash = extended(hash, bytes[at] ?? 0)
      if (this.#prefixes.has(hash)) hold = start
    }
    const before = spotBefore(bytes, hold, from)
    return before !== null && this.#canLead[before.byte] === 1 ? before.start : hold
  }

  #learn(known: Known): void {
    const { from, lead } = known
    for (let at = 0; at + blockBytes <= this.#beginning; at += 1) {
      const slot = slotOf(blockOf(from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0))
      this.#leaps[slot] = Math.min(this.#leaps[slot] ?? 0, this.#beginning - blockBytes - at)
    }
    const start = startAt(from, 0)
    const others = this.#byStart.get(start)
    if (others === undefined) this.#byStart.set(start, [known])
    else others.push(known)
    let hash = emptyHash
    for (let count = 0; count < this.#beginning; count += 1) {
      hash = extended(hash, from[count] ?? 0)
      this.#prefixes.add(hash)
    }
    if (lead !== null) for (let byte = 0; byte < 256; byte += 1) if (fitsBorder(lead, byte)) this.#canLead[byte] = 1
  }
}
