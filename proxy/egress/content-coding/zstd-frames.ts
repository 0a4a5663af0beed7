const frameMagic = 0xfd2fb528
const isSkippable = (magic: number) => (magic & 0xfffffff0) >>> 0 === 0x184d2a50
const dictionaryIdBytes = [0, 1, 2, 4]
const contentSizeBytes = [0, 2, 4, 8]
const nothing = Buffer.alloc(0)

/**
 * Takes a stream of zstd apart at the ends of its frames, of which there may be any number (RFC 8878, section 3.1):
 * Node's decompressor stops behind the first one of a piece that it is given, and goes on with the next one only in a
 * piece of its own. Skippable frames are left out.
 */
export class ZstdFrames {
  /** The beginning of a header whose rest has not come. */
  #held: Buffer = nothing
  #next: 'frame' | 'block' | 'end' = 'frame'
  /** Bytes before that which need no reading. */
  #left = 0
  #isSkipping = false
  #hasChecksum = false

  /** Whether what came so far ends with a frame. */
  get isBetween(): boolean {
    return this.#next === 'frame' && this.#left === 0 && this.#held.length === 0
  }

  /** Of what comes next; no piece has bytes of two frames. @throws {Error} for what is no frame. */
  *piecesOf(chunk: Buffer): Generator<Buffer, void, undefined> {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = nothing
    let from = 0
    let at = 0
    for (;;) {
      const step = Math.min(this.#left, bytes.length - at)
      this.#left -= step
      at += step
      if (this.#left > 0) break
      if (this.#next === 'end') {
        if (!this.#isSkipping && at > from) yield bytes.subarray(from, at)
        from = at
        this.#isSkipping = false
        this.#next = 'frame'
      }
      const length = this.#next === 'frame' ? this.#frameHeader(bytes, at) : this.#blockHeader(bytes, at)
      if (length === null) {
        this.#held = Buffer.from(bytes.subarray(at))
        break
      }
      at += length
    }
    if (!this.#isSkipping && at > from) yield bytes.subarray(from, at)
  }

  /** Its length; `null` where not all of it has come. */
  #frameHeader(bytes: Buffer, at: number): number | null {
    const has = bytes.length - at
    if (has < 4) return null
    const magic = bytes.readUInt32LE(at)
    if (isSkippable(magic)) {
      if (has < 8) return null
      this.#left = bytes.readUInt32LE(at + 4)
      this.#isSkipping = true
      this.#next = 'end'
      return 8
    }
    if (magic !== frameMagic) throw new Error('what follows a frame is no frame')
    if (has < 5) return null
    const descriptor = bytes.readUInt8(at + 4)
    const isSingleSegment = (descriptor & 0x20) !== 0
    const sizeFlag = descriptor >> 6
    const length =
      5 +
      (isSingleSegment ? 0 : 1) +
      (dictionaryIdBytes[descriptor & 3] ?? 0) +
      (sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0))
    if (has < length) return null
    this.#hasChecksum = (descriptor & 4) !== 0
    this.#next = 'block'
    return length
  }

  #blockHeader(bytes: Buffer, at: number): number | null {
    if (bytes.length - at < 3) return null
    const header = bytes.readUIntLE(at, 3)
    const isLast = (header & 1) === 1
    // A block that repeats one byte has that byte alone.
    this.#left = ((header >> 1) & 3) === 1 ? 1 : header >> 3
    if (isLast && this.#hasChecksum) this.#left += 4
    if (isLast) this.#next = 'end'
    return 3
  }
}
