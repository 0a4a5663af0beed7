import { isDigest, isOfBase64 } from './digest.ts'
import { kinds } from './kinds.ts'
import { endOfLetters, isName, longestName } from './names.ts'

/** Where a closer look is worth while: spans in which a credential may lie, and names that may be followed by one. */
export interface Places {
  /** Pairs of beginning and end, in order, apart from one another. */
  readonly spans: number[]
  /** Where such a name, or `://`, begins. */
  readonly names: number[]
}

/** What names of secrets hold, with a pair of letters for each way in which it can lie on even places; capitals stand for themselves. */
const nouns: readonly (readonly [word: string, ...pairs: string[]])[] = [
  ['secret', 'cr', 'ec'],
  ['token', 'ke', 'ok'],
  ['key', 'ke', 'ey'],
  ['pass', 'ss', 'as'],
  ['pwd', 'pw', 'wd'],
  ['auth', 'au', 'ut'],
  ['credential', 'cr', 'ia'],
  ['creds', 'cr', 'ds'],
  ['curl', 'rl', 'ur'],
  ['://', ':/', '//'],
  // Commands and functions that take a secret by its place.
  ['mysql', 'my', 'ys'],
  ['redis-cli', 's-', '-c'],
  ['smbclient', 'bc', 'mb'],
  ['login', 'gi', 'og'],
  ['getConnection', 'tC', 'Co'],
  ['->connect', '->', '>c'],
  ['IDENTIFIED', 'FI', 'IF'],
  // Beginnings of keys that may be letters alone, or words by chance.
  ['glpat-', 'gl', 'lp'],
  ['gldt-', 'gl', 'ld'],
  ['glrt-', 'gl', 'lr'],
  ['glft-', 'gl', 'lf'],
  ['glsoat-', 'gl', 'ls'],
  ['glcbt-', 'gl', 'lc'],
  ['gloas-', 'gl', 'lo'],
  ['dckr_pat_', 'dc', 'r_'],
  ['GOCSPX-', 'CS', 'OC'],
  ['LTAI', 'LT', 'TA'],
  ['AKIA', 'AK', 'KI'],
  ['ASIA', 'IA', 'SI'],
  ['ABIA', 'IA', 'BI'],
  ['ACCA', 'AC', 'CC'],
]

/** For each pair of bytes as it lies in memory, the number of the first choice of a noun and of where it begins; 0: none. */
const pairs = new Uint8Array(1 << 16)
const mostChoices = 256
/** The next choice for the same pair; 0: none. */
const nexts = new Uint8Array(mostChoices)
/** How far before the pair the noun begins, and its first letter. */
const backs = new Uint8Array(mostChoices)
const initials = new Uint8Array(mostChoices)
const words: Uint8Array[] = [new Uint8Array()]

for (const [word, ...its] of nouns) {
  for (const pair of its) {
    for (const first of cases(pair[0] ?? '')) {
      for (const second of cases(pair[1] ?? '')) {
        const choice = words.push(Uint8Array.from(word, (char) => char.charCodeAt(0) | 32)) - 1
        backs[choice] = word.indexOf(pair)
        initials[choice] = word.charCodeAt(0) | 32
        nexts[choice] = pairs[first | (second << 8)] ?? 0
        pairs[first | (second << 8)] = choice
      }
    }
  }
}

function cases(char: string): number[] {
  return [...new Set([char.charCodeAt(0), char.toUpperCase().charCodeAt(0)])]
}

const shortestMixed = 8
const shortestJoined = 4
const shortestKey = 20
const isOfKey = (code: number) => kinds[code] !== 0 || code === 45 || code === 95
/** How far before what looks random its name may stand. */
const before = 120
const behind = 64

/** @param bytes a character each, in a memory of its own, with three more at the end */
export function placesIn(bytes: Buffer, length: number): Places {
  bytes.fill(0, length, length + 3)
  const spans: number[] = []
  const ofLetters: number[] = []
  const names: number[] = []
  const scan: Scan = {
    bytes,
    length,
    four: new Int32Array(bytes.buffer, bytes.byteOffset, (length + 3) >> 2),
    names,
    spans,
    ofLetters,
    done: 0,
    run: 0,
  }
  for (let at = 0; at < scan.four.length; at += piece) findPlaces(scan, at, Math.min(scan.four.length, at + piece))
  return { spans: ofLetters.length === 0 ? spans : joined(spans, ofLetters), names }
}

const zeros = 0x30303030
const lowBits = 0x7f7f7f7f
const highBits = 0x80808080 | 0
/** Added to a byte, it reaches the highest bit from ten on. */
const beyondNine = 0x76767676
/** Makes capitals small letters, and leaves no other letter one. */
const toLower = 0x20202020
/** Added to a byte, they reach the highest bit from `a` on, and beyond `z`. */
const fromA = 0x1f1f1f1f
const beyondZ = 0x05050505
/** As many whole words of four letters lie in a run of sixteen wherever it begins. */
const wordsOfRun = 3

/** Words of four bytes that are looked through in one call: a loop that ends soon is compiled better than one that never does. */
const piece = 4096

interface Scan {
  readonly bytes: Buffer
  readonly length: number
  readonly four: Int32Array
  readonly names: number[]
  readonly spans: number[]
  readonly ofLetters: number[]
  /** Before it, no run of letters and digits is looked for again. */
  done: number
  /** How many words of letters alone stand before the next. */
  run: number
}

/** Four bytes at a time: pairs that begin a noun; digits, around which letters and digits may be mixed; runs of letters. */
function findPlaces(scan: Scan, from: number, to: number): void {
  const { bytes, length, four, names, spans, ofLetters } = scan
  let { done, run } = scan
  for (let at = from; at < to; at += 1) {
    const word = four[at] ?? 0
    if (((pairs[word & 0xffff] ?? 0) | (pairs[word >>> 16] ?? 0)) !== 0) {
      addNames(bytes, length, at * 4, pairs[word & 0xffff] ?? 0, names)
      addNames(bytes, length, at * 4 + 2, pairs[word >>> 16] ?? 0, names)
    }
    const small = (word | toLower) & lowBits
    const others = (((small + fromA) | 0) & ~((small + beyondZ) | 0) & ~word & highBits) ^ highBits
    // Without a branch: whether four bytes are letters is guessed wrong too often.
    run = (run + 1) & ~((others | (0 - others)) >> 31)
    if (run === wordsOfRun) addLetters(bytes, length, (at - 2) * 4, ofLetters)
    const offset = word ^ zeros
    const digits = ~(((offset & lowBits) + beyondNine) | 0 | offset) & highBits
    if (digits !== 0 && at * 4 + 4 > done && isMixed(bytes, at * 4, digits, ~others & highBits)) {
      const end = addMixed(bytes, length, at * 4, done, spans)
      done = Math.abs(end)
      // In a digest no name is looked for.
      if (end < 0) at = Math.max(at, (done >> 2) - 1)
    }
  }
  scan.done = done
  scan.run = run
}

/**
 * Whether a letter stands beside a digit of four bytes, or may stand behind a run of digits that goes on beyond them:
 * numbers alone, such as a version's, are most of what has digits.
 * @param digits the highest bit of each byte that is one; `letters` likewise
 */
function isMixed(bytes: Buffer, at: number, digits: number, letters: number): boolean {
  return (
    (digits & ((letters << 8) | (letters >>> 8))) !== 0 ||
    ((digits & 0x80) !== 0 && kinds[bytes[at - 1] ?? 0] !== 0) ||
    (digits < 0 && kinds[bytes[at + 4] ?? 0] !== 0)
  )
}

function addNames(bytes: Buffer, length: number, at: number, first: number, names: number[]): void {
  for (let choice = first; choice !== 0; choice = nexts[choice] ?? 0) {
    const begin = at - (backs[choice] ?? 0)
    if (((bytes[begin] ?? 0) | 32) === initials[choice] && isAt(bytes, begin, length, words[choice])) names.push(begin)
  }
}

function isAt(bytes: Buffer, begin: number, length: number, word: Uint8Array | undefined): boolean {
  if (word === undefined || begin < 0 || begin + word.length > length) return false
  for (let at = 1; at < word.length; at += 1) if (word[at] !== ((bytes[begin + at] ?? 0) | 32)) return false
  return true
}

/** Runs of letters and digits around the digits of four bytes. Returns where the last of them ends, less than zero behind a digest. */
function addMixed(bytes: Buffer, length: number, at: number, done: number, spans: number[]): number {
  let end = done
  for (let place = Math.max(at, done); place < at + 4 && place < length; place += 1) {
    if (place < end || kinds[bytes[place] ?? 0] !== 2) continue
    let from = place
    while (from > end && kinds[bytes[from - 1] ?? 0] !== 0) from -= 1
    let to = place + 1
    let hasLetter = from < place
    for (; to < length; to += 1) {
      const kind = kinds[bytes[to] ?? 0]
      if (kind === 0) break
      if (kind === 1) hasLetter = true
    }
    end = to
    if (!hasLetter || (to - from < shortestMixed && !isInKey(bytes, from, to, length))) continue
    if (isDigest(bytes, from)) {
      while (end < length && isOfBase64(bytes[end] ?? 0)) end += 1
      return -end
    }
    if (to - from >= longestName || !isName(bytes, from, to))
      addSpan(spans, from - before, Math.min(length, to + behind))
  }
  return end
}

/** Whether a short run is part of a long one that `-` and `_` join, as in keys of an alphabet that has both. */
function isInKey(bytes: Buffer, from: number, to: number, length: number): boolean {
  if (to - from < shortestJoined) return false
  let begin = from
  while (begin > 0 && to - begin < shortestKey && isOfKey(bytes[begin - 1] ?? 0)) begin -= 1
  let end = to
  while (end < length && end - begin < shortestKey && isOfKey(bytes[end] ?? 0)) end += 1
  return end - begin >= shortestKey
}

/** A run of letters alone that no words look like. */
function addLetters(bytes: Buffer, length: number, at: number, spans: number[]): void {
  let from = at
  while (from > 0 && kinds[bytes[from - 1] ?? 0] === 1) from -= 1
  const end = endOfLetters(bytes, from)
  if (end > 0 || isDigest(bytes, from)) return
  addSpan(spans, from - before, Math.min(length, behind - end))
}

function addSpan(spans: number[], begin: number, end: number): void {
  if (spans.length > 0 && (spans.at(-1) ?? 0) >= begin) spans[spans.length - 1] = Math.max(spans.at(-1) ?? 0, end)
  else spans.push(Math.max(0, begin), end)
}

/** Two lists of spans as one, in order, apart from one another. */
export function joined(one: readonly number[], other: readonly number[]): number[] {
  const out: number[] = []
  for (let [a, b] = [0, 0]; a < one.length || b < other.length;) {
    const isOne = b >= other.length || (a < one.length && (one[a] ?? 0) <= (other[b] ?? 0))
    addSpan(out, ...(isOne ? ([one[a] ?? 0, one[a + 1] ?? 0] as const) : ([other[b] ?? 0, other[b + 1] ?? 0] as const)))
    if (isOne) a += 2
    else b += 2
  }
  return out
}
