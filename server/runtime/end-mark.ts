/** What a launcher writes behind a program's output: `mark CODE\n`. */
const longestCode = 3
const newline = 0x0a

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

  /** What of it is the program's own; what may be the mark's beginning is held back. */
  take(bytes: Buffer): Buffer {
    if (this.#code !== null) return Buffer.alloc(0)
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const at = all.indexOf(this.#mark)
    const from = at === -1 ? all.length - this.#beginningAt(all) : at
    this.#held = Buffer.from(all.subarray(from))
    if (at !== -1) {
      const behind = this.#held.subarray(this.#mark.length, this.#mark.length + longestCode + 1)
      const end = behind.indexOf(newline)
      if (end !== -1) this.#code = Number(behind.toString('latin1', 0, end))
    }
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
