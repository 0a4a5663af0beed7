import { blockBytes, blockOf, extended, quadOf } from './blocks.ts'
import type { Known } from './known.ts'
import { Filter, firstBit } from './tables.ts'

/**
 * What may stand around a place among the first characters of what is known, by up to two characters before it and three
 * behind. May take what is not there for it, and never the other way round.
 */
export class Neighbours {
  /** Of two characters before and two behind, or one before that is the first; and the first three. */
  readonly around: Filter
  /** With one more behind. */
  readonly #wide: Filter
  /** Those of around that have none more behind. */
  readonly #last: Filter

  constructor(all: readonly Known[], beginning: number) {
    const [around, wide, last] = [new Set<number>(), new Set<number>(), new Set<number>()]
    for (const { from } of all) {
      for (let at = 0; at + blockBytes <= from.length && at <= beginning; at += 1) {
        const [one, two, three, four] = [from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0, from[at + 3] ?? 0]
        const block = blockOf(one, two, three)
        const key = at === 0 ? block : quadOf(from[at - 1] ?? 0, one, two, three)
        around.add(key)
        if (at + blockBytes === from.length) last.add(key)
        // A plus sign may stand for a space.
        else
          for (const each of four === 0x20 ? [four, 0x2b] : [four])
            wide.add(at === 0 ? quadOf(one, two, three, each) : extended(key, each))
      }
    }
    this.around = new Filter(around)
    this.#wide = new Filter(wide)
    this.#last = new Filter(last)
  }

  /** Whether a place may be between these, or where one of them begins: all at once, as a branch for each would be guessed wrong too often. */
  mayHaveOrBegin(first: number, before: number, next: number, second: number, third: number): boolean {
    const { bits, shift } = this.around
    const [quad, block, begin] = [
      firstBit(quadOf(first, before, next, second), shift),
      firstBit(blockOf(before, next, second), shift),
      firstBit(blockOf(next, second, third), shift),
    ]
    return (
      ((((bits[quad >>> 5] ?? 0) >>> (quad & 31)) |
        ((bits[block >>> 5] ?? 0) >>> (block & 31)) |
        ((bits[begin >>> 5] ?? 0) >>> (begin & 31))) &
        1) ===
      1
    )
  }

  get bytes(): number {
    return [this.around, this.#wide, this.#last].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Whether a place may be between these. */
  mayHave(first: number, before: number, next: number, second: number): boolean {
    return (
      this.around.mayHave(quadOf(first, before, next, second)) || this.around.mayHave(blockOf(before, next, second))
    )
  }

  /** Whether it may be where one of them begins. */
  mayBegin(one: number, two: number, three: number): boolean {
    return this.around.mayHave(blockOf(one, two, three))
  }

  mayHaveWide(first: number, before: number, next: number, second: number, third: number): boolean {
    const quad = quadOf(first, before, next, second)
    return (
      this.#wide.mayHave(extended(quad, third)) ||
      this.#wide.mayHave(quadOf(before, next, second, third)) ||
      this.#last.mayHave(quad) ||
      this.#last.mayHave(blockOf(before, next, second))
    )
  }

  mayBeginWide(one: number, two: number, three: number, four: number): boolean {
    return this.#wide.mayHave(quadOf(one, two, three, four)) || this.#last.mayHave(blockOf(one, two, three))
  }
}
