/** Called for each place where a word of the list with this number begins. */
export type OnWord = (word: number, at: number) => void

const tableSize = 1 << 16

/** Letters of both cases become one, and a few signs as well: what is found is looked at more closely anyway. */
const fold = (code: number) => (code & 0xff) | 0x20
const hash = (gram: number) => Math.imul(gram, 0x9e3779b1) >>> 16

/** How seldom a letter is in texts and sources; of each word, the part that is rarest is looked for. */
const rarities = Uint8Array.from({ length: 256 }, (_, code) => ('etaoinsr'.includes(String.fromCharCode(code)) ? 0 : 'lcdupmhg'.includes(String.fromCharCode(code)) ? 2 : code > 96 && code < 123 ? 4 : 3))
const rarity = (code: number) => rarities[code] ?? 0

/**
 * Finds any of thousands of words in one pass. At each place the last four characters, or three for the shortest words,
 * are looked up in a table, and words are compared only where that knows them.
 */
export class WordSearch {
  readonly #four = new Uint8Array(tableSize)
  readonly #three = new Uint8Array(tableSize)
  /** For each hash, the number of the first word and one; 0 where there is none. */
  readonly #firstOfFour = new Int32Array(tableSize)
  readonly #firstOfThree = new Int32Array(tableSize)
  readonly #next: Int32Array
  readonly #words: readonly Uint8Array[]
  /** How far behind the beginning of the word its rarest part ends. */
  readonly #ends: Int32Array

  /** @param words of three characters or more, in lower case */
  constructor(words: readonly string[]) {
    this.#words = words.map((word) => Uint8Array.from(word, (char) => fold(char.charCodeAt(0))))
    this.#next = new Int32Array(words.length)
    this.#ends = new Int32Array(words.length)
    for (const [number, bytes] of this.#words.entries()) {
      const size = bytes.length > 3 ? 4 : 3
      const end = rarestEnd(bytes, size)
      this.#ends[number] = end
      const gram = hash(gramAt(bytes, end, size))
      const [table, first] = size === 4 ? [this.#four, this.#firstOfFour] : [this.#three, this.#firstOfThree]
      table[gram] = 1
      this.#next[number] = first[gram] ?? 0
      first[gram] = number + 1
    }
  }

  /** Words that lie within. */
  search(bytes: Uint8Array, from: number, to: number, onWord: OnWord): void {
    const four = this.#four
    const three = this.#three
    let gram = 0
    for (let at = from; at < to; at += 1) {
      gram = (gram << 8) | ((bytes[at] ?? 0) | 0x20)
      const byFour = Math.imul(gram, 0x9e3779b1) >>> 16
      const byThree = Math.imul(gram & 0xffffff, 0x9e3779b1) >>> 16
      if (((four[byFour] ?? 0) | (three[byThree] ?? 0)) === 0) continue
      if (four[byFour] === 1) this.#compare(this.#firstOfFour[byFour] ?? 0, bytes, at, from, to, onWord)
      if (three[byThree] === 1) this.#compare(this.#firstOfThree[byThree] ?? 0, bytes, at, from, to, onWord)
    }
  }

  #compare(first: number, bytes: Uint8Array, at: number, from: number, to: number, onWord: OnWord): void {
    for (let number = first; number !== 0; number = this.#next[number - 1] ?? 0) {
      const word = this.#words[number - 1]
      const begin = at - (this.#ends[number - 1] ?? 0)
      if (word === undefined || begin < from || begin + word.length > to) continue
      let same = 0
      while (same < word.length && word[same] === ((bytes[begin + same] ?? 0) | 0x20)) same += 1
      if (same === word.length) onWord(number - 1, begin)
    }
  }
}

function gramAt(bytes: Uint8Array, end: number, size: number): number {
  let gram = 0
  for (let at = end - size + 1; at <= end; at += 1) gram = (gram << 8) | (bytes[at] ?? 0)
  return gram
}

function rarestEnd(bytes: Uint8Array, size: number): number {
  let best = size - 1
  let most = -1
  for (let end = size - 1; end < bytes.length; end += 1) {
    let sum = 0
    for (let at = end - size + 1; at <= end; at += 1) sum += rarity(bytes[at] ?? 0)
    if (sum > most) [best, most] = [end, sum]
  }
  return best
}
