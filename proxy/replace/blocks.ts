/** Three bytes decide where something may stand. */
export const blockBytes = 3
export const slotBits = 17

/** Large and small letters fall together, and some others with them: whoever finds something looks at it whole. */
const foldedBlock = 0x202020
const foldedByte = 0x20

export const exactBlockOf = (first: number, second: number, third: number): number => first | (second << 8) | (third << 16)
export const blockOf = (first: number, second: number, third: number): number => exactBlockOf(first, second, third) | foldedBlock
/** Knuth's multiplicative hash. */
export const slotOf = (block: number): number => Math.imul(block, 0x9e3779b1) >>> (32 - slotBits)

/** Of as many bytes as one likes, one after the other (FNV-1a). */
export const emptyHash = 0x811c9dc5 | 0
export const extended = (hash: number, byte: number): number => Math.imul(hash ^ (byte | foldedByte), 0x01000193)

/** Which blocks there are, told by a hash: at most a few too many. */
export class BlockSet {
  readonly #bits = new Int32Array(1 << 15)

  add(block: number): void {
    const slot = Math.imul(block, 0x9e3779b1) >>> 12
    this.#bits[slot >>> 5] = (this.#bits[slot >>> 5] ?? 0) | (1 << (slot & 31))
  }

  has(block: number): boolean {
    const slot = Math.imul(block, 0x9e3779b1) >>> 12
    return (((this.#bits[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1
  }
}
