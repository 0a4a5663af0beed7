/** All that may be open is open. */
export class TextsFull extends Error {
  override readonly name = 'TextsFull'
}

export const maxTextBytes = 16 * 1024 * 1024
/** Of what stands in a text by itself: runs of letters, deleted ranges, clients. One may have three bytes, and takes many times that in memory. */
export const maxTextPieces = 250_000
/** About, measured with Yjs 13.6 on Node 24: 195 for a run of letters, 417 for one of a client of its own, which counts twice. */
const bytesPerPiece = 220

/** About what a text takes in memory. */
export const memoryOf = (bytes: number, pieces: number): number => bytes + pieces * bytesPerPiece

/** What all open texts take in memory together, about. */
export class TextMemory {
  readonly #max: number
  #bytes = 0

  constructor(max: number) {
    this.#max = max
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether another text may be opened. */
  get isFull(): boolean {
    return this.#bytes >= this.#max
  }

  /** What is open may grow a little beyond what may be opened: nobody stops writing because somebody else opens a text. */
  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#max + memoryOf(maxTextBytes, maxTextPieces)
  }

  change(bytes: number): void {
    this.#bytes += bytes
  }
}
