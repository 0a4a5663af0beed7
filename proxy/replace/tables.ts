/** Numbers are kept in typed arrays: an object for each would take many times as much. */

const hashOf = (key: number): number => Math.imul(key ^ (key >>> 15), 0x9e3779b1)

/** A power of two of slots, of which at most half are taken. */
const slotBitsFor = (count: number): number => Math.max(4, 32 - Math.clz32(2 * count))

/** Which numbers there are. */
export class NumberSet {
  readonly #slots: Int32Array
  readonly #shift: number
  #hasZero = false

  constructor(numbers: Iterable<number>) {
    const all = new Set(numbers)
    const bits = slotBitsFor(all.size)
    this.#shift = 32 - bits
    this.#slots = new Int32Array(1 << bits)
    for (const number of all) this.#add(number | 0)
  }

  get bytes(): number {
    return this.#slots.byteLength
  }

  has(number: number): boolean {
    if (number === 0) return this.#hasZero
    const slots = this.#slots
    for (let slot = hashOf(number) >>> this.#shift; ; slot = (slot + 1) & (slots.length - 1)) {
      const held = slots[slot] ?? 0
      if (held === number) return true
      if (held === 0) return false
    }
  }

  #add(number: number): void {
    if (number === 0) this.#hasZero = true
    const slots = this.#slots
    let slot = hashOf(number) >>> this.#shift
    while ((slots[slot] ?? 0) !== 0) slot = (slot + 1) & (slots.length - 1)
    slots[slot] = number
  }
}

export interface Entry {
  readonly key: number
  readonly value: number
}

/** Several values for a key, in the order in which they were given. Keys have at most 32 bits. */
export class NumberTable {
  readonly #keys: Int32Array
  readonly #values: Int32Array
  /** By hash: one more than the index of the first with that key. */
  readonly #slots: Int32Array
  readonly #shift: number

  constructor(entries: readonly Entry[]) {
    const sorted = [...entries].sort((a, b) => (a.key | 0) - (b.key | 0))
    this.#keys = Int32Array.from(sorted, ({ key }) => key)
    this.#values = Int32Array.from(sorted, ({ value }) => value)
    const bits = slotBitsFor(sorted.length)
    this.#shift = 32 - bits
    this.#slots = new Int32Array(1 << bits)
    for (let index = 0; index < sorted.length; index += 1) {
      if (index > 0 && this.#keys[index] === this.#keys[index - 1]) continue
      let slot = hashOf(this.#keys[index] ?? 0) >>> this.#shift
      while ((this.#slots[slot] ?? 0) !== 0) slot = (slot + 1) & (this.#slots.length - 1)
      this.#slots[slot] = index + 1
    }
  }

  get bytes(): number {
    return this.#keys.byteLength + this.#values.byteLength + this.#slots.byteLength
  }

  /** The index of the first with a key; -1 for none. */
  first(key: number): number {
    const slots = this.#slots
    for (let slot = hashOf(key) >>> this.#shift; ; slot = (slot + 1) & (slots.length - 1)) {
      const held = slots[slot] ?? 0
      if (held === 0) return -1
      if (this.#keys[held - 1] === key) return held - 1
    }
  }

  isOf(index: number, key: number): boolean {
    return index >= 0 && index < this.#keys.length && this.#keys[index] === key
  }

  valueAt(index: number): number {
    return this.#values[index] ?? 0
  }
}

/** Of a key in a Filter. */
export const firstBit = (key: number, shift: number): number => Math.imul(key, 0x9e3779b1) >>> shift

/** Tells what is surely not among so many (Bloom, 1970): with two bits each, about one in two hundred of the others passes. */
export class Filter {
  readonly bits: Int32Array
  readonly shift: number

  constructor(keys: ReadonlySet<number>) {
    const bits = Math.max(8, 32 - Math.clz32(keys.size * 24))
    this.shift = 32 - bits
    this.bits = new Int32Array(1 << (bits - 5))
    for (const key of keys)
      for (const bit of [firstBit(key, this.shift), Math.imul(key ^ (key >>> 13), 0x85ebca6b) >>> this.shift])
        this.bits[bit >>> 5] = (this.bits[bit >>> 5] ?? 0) | (1 << (bit & 31))
  }

  get bytes(): number {
    return this.bits.byteLength
  }

  mayHave(key: number): boolean {
    const bits = this.bits
    const one = firstBit(key, this.shift)
    if ((((bits[one >>> 5] ?? 0) >>> (one & 31)) & 1) === 0) return false
    const two = Math.imul(key ^ (key >>> 13), 0x85ebca6b) >>> this.shift
    return (((bits[two >>> 5] ?? 0) >>> (two & 31)) & 1) === 1
  }
}
