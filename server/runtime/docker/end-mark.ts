/** What a launcher writes behind its mark: an exit code and a line end. */
const ending = /^(\d{1,3})\n/
const longestEnding = 4

/** Finds in a stream where the program has ended, whoever holds the stream open after it. */
export class EndMark {
  readonly #mark: Buffer
  #held: Buffer = Buffer.alloc(0)
  #code: number | null = null

  constructor(mark: string) {
    this.#mark = Buffer.from(mark)
  }

  /** The program's exit code, once the mark has come. */
  get code(): number | null {
    return this.#code
  }

  /**
   * What of it is the program's own; what may be the mark's beginning is held back. A program can read the mark and write
   * it itself: without an exit code behind it, it is output, so that no more than one is ever held.
   */
  take(bytes: Buffer): Buffer {
    if (this.#code !== null) return Buffer.alloc(0)
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    let from = all.indexOf(this.#mark)
    for (; from !== -1; from = all.indexOf(this.#mark, from + 1)) {
      const at = from + this.#mark.length
      const behind = all.toString('latin1', at, at + longestEnding)
      const code = ending.exec(behind)?.[1]
      if (code !== undefined) this.#code = Number(code)
      if (code !== undefined || /^\d{0,3}$/.test(behind)) break
    }
    if (from === -1) from = all.length - this.#beginningAt(all)
    this.#held = Buffer.from(all.subarray(from))
    return all.subarray(0, from)
  }

  /** What was held back, where the stream ends without a mark. */
  rest(): Buffer {
    return this.#code === null ? this.#held : Buffer.alloc(0)
  }

  /** How many of the last bytes are the mark's first. */
  #beginningAt(all: Buffer): number {
    for (let count = Math.min(this.#mark.length - 1, all.length); count > 0; count--) {
      if (all.subarray(all.length - count).equals(this.#mark.subarray(0, count))) return count
    }
    return 0
  }
}
