import { isUsualPair } from './wordlike.ts'

/** Called for each place where a word of the list with this number begins. */
export type OnWord = (word: number, at: number) => void

const tableBits = 14
/** So many places are looked at in one go. */
const stretch = 1024
const partSize = 3

/** Letters of both cases become one, and a few signs as well: what is found is looked at more closely anyway. */
const fold = (code: number) => (code & 0xff) | 0x20
const hash = (key: number) => Math.imul(key, 0x9e3779b1) >>> (32 - tableBits)
/** The last five bits of each character: a letter's place in the alphabet, whatever its case. */
const partMask = 0x7fff
const partAt = (bytes: Uint8Array, end: number) =>
  (((bytes[end - 2] ?? 0) & 0x1f) << 10) | (((bytes[end - 1] ?? 0) & 0x1f) << 5) | ((bytes[end] ?? 0) & 0x1f)

/** Parts of words that stand in texts and sources most often. */
const common = new Set(
  'the ion con tio ons thi est ent and nst que sta res rea ate cti ing for ess che ver ect typ equ eam ype wor str ode pro ser ret ter ers ort ace out tes oke pac sch hat ken val tat por spa get tok ead hem tur ame ime ork tim act all set end ema dat opt ces tea key nde nod ith not erv tre ses han der run one ere add nam her eve ted com nne ati lse fro tar ins are ont art onn ack wit ind ams new nte pen tor uer sio lue arc met unc ele nec pti par ssi pre dle tri per rve ens ite ist ine cke ive ndl its ull ord imp log ref ope ren rou ult ose ast ali tru ets ile fun ock age fin tho ase int nct row abl cli cur eng ible mat npu ows pay ssu ure'.split(
    ' ',
  ),
)

const isLetter = (code: number) => code > 96 && code < 123
const unusual = (first: number, second: number) =>
  isLetter(first) && isLetter(second) ? Number(!isUsualPair(first, second)) : 0.8

/** How seldom three characters stand in texts and sources; of each word, the part that is rarest is looked for. */
function rarity(bytes: Uint8Array, end: number): number {
  const [first = 0, second = 0, third = 0] = bytes.subarray(end - 2, end + 1)
  const ofLetters = [first, second, third].reduce(
    (sum, code) =>
      sum +
      ('etaoinsr'.includes(String.fromCharCode(code))
        ? 0
        : 'lcdupmhg'.includes(String.fromCharCode(code))
          ? 2
          : isLetter(code)
            ? 4
            : 3),
    0,
  )
  return (
    ofLetters +
    3 * (unusual(first, second) + unusual(second, third)) -
    (common.has(String.fromCharCode(first, second, third)) ? 8 : 0)
  )
}
/** Keys of words: by their part, or by that and the character before or behind it. */
const keyAlone = (bytes: Uint8Array, end: number) => hash(ofThree(bytes, end))
const keyBefore = (bytes: Uint8Array, end: number) =>
  hash(ofThree(bytes, end) | (fold(bytes[end - partSize] ?? 0) << 24))
const keyBehind = (bytes: Uint8Array, end: number) => hash(~((ofThree(bytes, end) << 8) | fold(bytes[end + 1] ?? 0)))
const ofThree = (bytes: Uint8Array, end: number) =>
  fold(bytes[end] ?? 0) | (fold(bytes[end - 1] ?? 0) << 8) | (fold(bytes[end - 2] ?? 0) << 16)

/** Bits for a part: it stands within a longer word; it is a whole word. */
const [ofWord, wholeWord] = [1, 2]

/** What is looked for already costs no more. */
const known = 4

/**
 * Finds any of thousands of words in one pass. At each place a table that stays in the processor's first cache tells
 * whether the last three characters are the rarest part of a word, and another whether the character before or behind them
 * can be its. Only then are words looked up, by those four, and compared.
 */
export class WordSearch {
  readonly #parts = new Uint8Array(partMask + 1)
  /** For each part, a bit for every character, of which five bits count, that may stand before or behind it. */
  readonly #before = new Int32Array(partMask + 1)
  readonly #behind = new Int32Array(partMask + 1)
  /** For each key, the number of the first word and one; 0 where there is none. */
  readonly #first = new Uint16Array(1 << tableBits)
  readonly #next: Int32Array
  /** All words' characters, and where each begins; the last number is where they end. */
  readonly #chars: Uint8Array
  readonly #starts: Int32Array
  /** How far behind the beginning of the word its rarest part ends. */
  readonly #ends: Int32Array
  readonly #places = new Int32Array(stretch)

  /** @param words of three characters or more, in lower case */
  constructor(words: readonly string[]) {
    const all = words.map((word) => Uint8Array.from(word, (char) => fold(char.charCodeAt(0))))
    this.#chars = Uint8Array.from(all.flatMap((bytes) => [...bytes]))
    this.#starts = new Int32Array(words.length + 1)
    this.#next = new Int32Array(words.length)
    this.#ends = new Int32Array(words.length)
    for (const [number, bytes] of all.entries()) this.#starts[number + 1] = (this.#starts[number] ?? 0) + bytes.length
    for (const [number, bytes] of [...all.entries()].toSorted(([, a], [, b]) => a.length - b.length)) {
      const end = this.#rarestEnd(bytes)
      this.#ends[number] = end
      const key = this.#keep(bytes, end)
      this.#next[number] = this.#first[key] ?? 0
      this.#first[key] = number + 1
    }
  }

  /** Notes what tells that a word may be here, and returns its key. */
  #keep(bytes: Uint8Array, end: number): number {
    const part = partAt(bytes, end)
    const isWhole = bytes.length === partSize
    this.#parts[part] = (this.#parts[part] ?? 0) | ofWord | (isWhole ? wholeWord : 0)
    if (isWhole) return keyAlone(bytes, end)
    const isBefore = end >= partSize
    const char = bytes[isBefore ? end - partSize : end + 1] ?? 0
    const mask = isBefore ? this.#before : this.#behind
    mask[part] = (mask[part] ?? 0) | (1 << char)
    return isBefore ? keyBefore(bytes, end) : keyBehind(bytes, end)
  }

  #rarestEnd(bytes: Uint8Array): number {
    let best = partSize - 1
    let most = Number.NEGATIVE_INFINITY
    for (let end = partSize - 1; end < bytes.length; end += 1) {
      const rare = rarity(bytes, end) + (this.#parts[partAt(bytes, end)] === 0 ? 0 : known)
      if (rare > most) [best, most] = [end, rare]
    }
    return best
  }

  /**
   * Words that lie within. Places are noted first and looked up afterwards, without a branch between: no processor foresees
   * which place is one.
   */
  search(bytes: Uint8Array, from: number, to: number, onWord: OnWord): void {
    const parts = this.#parts
    const places = this.#places
    let part = 0
    for (let begin = from; begin < to; begin += stretch) {
      const end = Math.min(to, begin + stretch)
      let count = 0
      for (let at = begin; at < end; at += 1) {
        part = ((part << 5) | ((bytes[at] ?? 0) & 0x1f)) & partMask
        places[count] = at
        count += (parts[part] ?? 0) & ofWord
      }
      for (let index = 0; index < count; index += 1) this.#lookUp(bytes, places[index] ?? 0, from, to, onWord)
    }
  }

  #lookUp(bytes: Uint8Array, at: number, from: number, to: number, onWord: OnWord): void {
    const part = partAt(bytes, at)
    // Shifts count the last five bits alone.
    if ((((this.#before[part] ?? 0) >>> (bytes[at - partSize] ?? 0)) & 1) === 1)
      this.#compare(this.#first[keyBefore(bytes, at)] ?? 0, bytes, at, from, to, onWord)
    if ((((this.#behind[part] ?? 0) >>> (bytes[at + 1] ?? 0)) & 1) === 1)
      this.#compare(this.#first[keyBehind(bytes, at)] ?? 0, bytes, at, from, to, onWord)
    if (((this.#parts[part] ?? 0) & wholeWord) !== 0)
      this.#compare(this.#first[keyAlone(bytes, at)] ?? 0, bytes, at, from, to, onWord)
  }

  #compare(first: number, bytes: Uint8Array, at: number, from: number, to: number, onWord: OnWord): void {
    const chars = this.#chars
    for (let number = first; number !== 0; number = this.#next[number - 1] ?? 0) {
      const begin = at - (this.#ends[number - 1] ?? 0)
      const start = this.#starts[number - 1] ?? 0
      const length = (this.#starts[number] ?? 0) - start
      if (begin < from || begin + length > to) continue
      let same = 0
      while (same < length && chars[start + same] === ((bytes[begin + same] ?? 0) | 0x20)) same += 1
      if (same === length) onWord(number - 1, begin)
    }
  }
}
