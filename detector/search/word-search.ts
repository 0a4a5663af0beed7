import { isUsualPair } from './wordlike.ts'

/** Called for each place where a word of the list with this number begins. */
export type OnWord = (word: number, at: number) => void

const tableSize = 1 << 16
const partSize = 3

/** Letters of both cases become one, and a few signs as well: what is found is looked at more closely anyway. */
const fold = (code: number) => (code & 0xff) | 0x20
const hash = (gram: number) => Math.imul(gram, 0x9e3779b1) >>> 16
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
/** What is looked for already costs no more. */
const known = 4

/**
 * Finds any of thousands of words in one pass. At each place a table that stays in the processor's first cache tells
 * whether the last three characters are the rarest part of a word. Only then are words looked up, by that part and the
 * character before or behind it, and compared.
 */
export class WordSearch {
  readonly #parts = new Uint8Array(partMask + 1)
  /** For each hash, the number of the first word and one; 0 where there is none. */
  readonly #first = new Int32Array(tableSize)
  readonly #next: Int32Array
  readonly #words: readonly Uint8Array[]
  /** How far behind the beginning of the word its rarest part ends. */
  readonly #ends: Int32Array

  /** @param words of three characters or more, in lower case */
  constructor(words: readonly string[]) {
    this.#words = words.map((word) => Uint8Array.from(word, (char) => fold(char.charCodeAt(0))))
    this.#next = new Int32Array(words.length)
    this.#ends = new Int32Array(words.length)
    const byLength = [...this.#words.entries()].toSorted(([, a], [, b]) => a.length - b.length)
    for (const [number, bytes] of byLength) {
      const end = this.#rarestEnd(bytes)
      this.#ends[number] = end
      this.#parts[partAt(bytes, end)] = 1
      const key = hash(
        bytes.length === partSize ? ofThree(bytes, end) : end > 2 ? ofFour(bytes, end) : ofFourBehind(bytes, end),
      )
      this.#next[number] = this.#first[key] ?? 0
      this.#first[key] = number + 1
    }
  }

  #rarestEnd(bytes: Uint8Array): number {
    let best = partSize - 1
    let most = Number.NEGATIVE_INFINITY
    for (let end = partSize - 1; end < bytes.length; end += 1) {
      const rare = rarity(bytes, end) + (this.#parts[partAt(bytes, end)] === 1 ? known : 0)
      if (rare > most) [best, most] = [end, rare]
    }
    return best
  }

  /** Words that lie within. */
  search(bytes: Uint8Array, from: number, to: number, onWord: OnWord): void {
    const parts = this.#parts
    let part = 0
    for (let at = from; at < to; at += 1) {
      part = ((part << 5) | ((bytes[at] ?? 0) & 0x1f)) & partMask
      if (parts[part] === 1) this.#lookUp(bytes, at, from, to, onWord)
    }
  }

  #lookUp(bytes: Uint8Array, at: number, from: number, to: number, onWord: OnWord): void {
    if (at < from + 2) return
    const ofShortest = this.#first[hash(ofThree(bytes, at))] ?? 0
    if (ofShortest !== 0) this.#compare(ofShortest, bytes, at, from, to, onWord)
    const before = this.#first[hash(ofFour(bytes, at))] ?? 0
    if (before !== 0) this.#compare(before, bytes, at, from, to, onWord)
    const behind = this.#first[hash(ofFourBehind(bytes, at))] ?? 0
    if (behind !== 0 && behind !== before) this.#compare(behind, bytes, at, from, to, onWord)
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

/** Those that end at a place, the first of them highest; each kind of three or four has hashes of its own, nearly always. */
const ofThree = (bytes: Uint8Array, end: number) =>
  fold(bytes[end] ?? 0) | (fold(bytes[end - 1] ?? 0) << 8) | (fold(bytes[end - 2] ?? 0) << 16)
const ofFour = (bytes: Uint8Array, end: number) => ofThree(bytes, end) | (fold(bytes[end - 3] ?? 0) << 24)
const ofFourBehind = (bytes: Uint8Array, end: number) => ~(fold(bytes[end + 1] ?? 0) | (ofThree(bytes, end) << 8))
