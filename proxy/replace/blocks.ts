/** Three bytes decide where something may stand. */
export const blockBytes = 3

/** Large and small letters fall together, and some others with them: whoever finds something looks at it whole. */
const foldedBlock = 0x202020
const foldedQuad = 0x20202020
const foldedByte = 0x20

export const blockOf = (first: number, second: number, third: number): number =>
  first | (second << 8) | (third << 16) | foldedBlock
export const quadOf = (first: number, second: number, third: number, fourth: number): number =>
  first | (second << 8) | (third << 16) | (fourth << 24) | foldedQuad
/** Knuth's multiplicative hash, of so many bits. */
export const slotOf = (block: number, shift: number): number => Math.imul(block, 0x9e3779b1) >>> shift

/** Of as many bytes as one likes, one after the other (FNV-1a). */
export const emptyHash = 0x811c9dc5 | 0
export const extended = (hash: number, byte: number): number => Math.imul(hash ^ (byte | foldedByte), 0x01000193)
