import { isUsualPair } from './wordlike.ts'

/** Where a closer look is worth while: spans in which a credential may lie, and names that may be followed by one. */
export interface Places {
  /** Pairs of beginning and end, in order, apart from one another. */
  readonly spans: number[]
  /** Where such a name, or `://`, begins. */
  readonly names: number[]
}

/** What names of secrets hold, with a pair of letters for each way in which it can lie on even places. */
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
    for (const first of bothCases(pair[0] ?? '')) {
      for (const second of bothCases(pair[1] ?? '')) {
        const choice = words.push(Uint8Array.from(word, (char) => char.charCodeAt(0) | 32)) - 1
        backs[choice] = word.indexOf(pair)
        initials[choice] = word.charCodeAt(0) | 32
        nexts[choice] = pairs[first | (second << 8)] ?? 0
        pairs[first | (second << 8)] = choice
      }
    }
  }
}

function bothCases(char: string): number[] {
  return [...new Set([char.toLowerCase().charCodeAt(0), char.toUpperCase().charCodeAt(0)])]
}

/** 1: a letter, 2: a digit. */
const kinds = new Uint8Array(256)
for (let code = 0; code < 256; code += 1) {
  const char = String.fromCharCode(code)
  kinds[code] = /[A-Za-z]/.test(char) ? 1 : /[0-9]/.test(char) ? 2 : 0
}

const shortestMixed = 8
const shortestOfLetters = 16
const longestName = 80
/** Long words seldom stand behind `_` or `-`, as many keys do. */
const longWord = 20
/** How far before what looks random its name may stand. */
const before = 120
const behind = 64

/** @param bytes a character each, in a memory of its own, with three more at the end */
export function placesIn(bytes: Buffer, length: number): Places {
  bytes.fill(0, length, length + 3)
  const spans: number[] = []
  const ofLetters: number[] = []
  const names: number[] = []
  findNamesAndDigits(bytes, length, names, spans)
  findLetters(bytes, length, ofLetters)
  return { spans: ofLetters.length === 0 ? spans : joined(spans, ofLetters), names }
}

const zeros = 0x30303030
const lowBits = 0x7f7f7f7f
const highBits = 0x80808080 | 0
/** Added to a byte, it reaches the highest bit from ten on. */
const beyondNine = 0x76767676

/** Four bytes at a time: pairs that begin a noun, and digits, around which letters and digits may be mixed. */
function findNamesAndDigits(bytes: Buffer, length: number, names: number[], spans: number[]): void {
  const four = new Int32Array(bytes.buffer, bytes.byteOffset, (length + 3) >> 2)
  let done = 0
  for (let at = 0; at < four.length; at += 1) {
    const word = four[at] ?? 0
    if (((pairs[word & 0xffff] ?? 0) | (pairs[word >>> 16] ?? 0)) !== 0) {
      addNames(bytes, length, at * 4, pairs[word & 0xffff] ?? 0, names)
      addNames(bytes, length, at * 4 + 2, pairs[word >>> 16] ?? 0, names)
    }
    const offset = word ^ zeros
    if ((~((((offset & lowBits) + beyondNine) | 0) | offset) & highBits) !== 0 && at * 4 + 4 > done) done = addMixed(bytes, length, at * 4, done, spans)
  }
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

/** Runs of letters and digits around the digits of four bytes. Returns where the last of them ends. */
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
    if (!hasLetter || to - from < shortestMixed) continue
    if (isDigest(bytes, from)) {
      while (end < length && isOfBase64(bytes[end] ?? 0)) end += 1
      continue
    }
    if (to - from >= longestName || !isName(bytes, from, to)) addSpan(spans, from - before, Math.min(length, to + behind))
  }
  return end
}

/** Runs of letters alone that no words look like; as they have at least sixteen, two places of eight stand in them. */
function findLetters(bytes: Buffer, length: number, spans: number[]): void {
  for (let probe = 7; probe + 8 < length; probe += 8) {
    if (kinds[bytes[probe] ?? 0] !== 1 || kinds[bytes[probe + 8] ?? 0] !== 1 || kinds[bytes[probe + 4] ?? 0] !== 1 || kinds[bytes[probe + 2] ?? 0] !== 1 || kinds[bytes[probe + 6] ?? 0] !== 1) continue
    let from = probe
    while (from > 0 && kinds[bytes[from - 1] ?? 0] === 1) from -= 1
    let to = probe
    while (to < length && kinds[bytes[to] ?? 0] === 1) to += 1
    probe += (to - probe) & ~7
    if (to - from < shortestOfLetters || (to - from < longestName && isName(bytes, from, to)) || isDigest(bytes, from)) continue
    addSpan(spans, from - before, Math.min(length, to + behind))
  }
}

function addSpan(spans: number[], begin: number, end: number): void {
  if (spans.length > 0 && (spans.at(-1) ?? 0) >= begin) spans[spans.length - 1] = Math.max(spans.at(-1) ?? 0, end)
  else spans.push(Math.max(0, begin), end)
}

const isOfBase64 = (code: number) => kinds[code] !== 0 || code === 43 || code === 47 || code === 61

/** Words that are written together, abbreviations among them, with one short number at most. */
function isName(bytes: Buffer, from: number, to: number): boolean {
  let [groups, digits, pairs, usual, capitals, humps, last] = [0, 0, 0, 0, 0, 0, 0]
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] ?? 0
    if (kinds[code] === 2) {
      digits += 1
      if (last !== 2) groups += 1
      if (groups > 1 || digits > 4) return false
      last = 2
      capitals = 0
      continue
    }
    const isCapital = code < 97
    // A new word, and an abbreviation, say nothing of how usual their letters are.
    if (isCapital) {
      if (capitals === 0) humps += 1
      capitals += 1
    } else capitals = 0
    if (last === 1 && (!isCapital || capitals > 5)) {
      pairs += 1
      if (isUsualPair(bytes[at - 1] ?? 0, code)) usual += 1
    }
    last = 1
  }
  const size = to - from
  return usual * 4 > pairs * 3 && (size < longWord ? humps * 9 <= size * 2 : humps * 6 <= size && bytes[from - 1] !== 95 && bytes[from - 1] !== 45)
}

/** What lock files call by the name of its digest. */
function isDigest(bytes: Buffer, from: number): boolean {
  const last = bytes[from - 1]
  if (last !== 58 && last !== 45 && last !== 61) return false
  return /(?:sha(?:1|224|256|384|512)|md5|\bh1)[-:=]$/.test(bytes.toString('latin1', Math.max(0, from - 8), from))
}

/** Two lists of spans as one, in order, apart from one another. */
export function joined(one: readonly number[], other: readonly number[]): number[] {
  const out: number[] = []
  for (let [a, b] = [0, 0]; a < one.length || b < other.length; ) {
    const isOne = b >= other.length || (a < one.length && (one[a] ?? 0) <= (other[b] ?? 0))
    addSpan(out, ...(isOne ? ([one[a] ?? 0, one[a + 1] ?? 0] as const) : ([other[b] ?? 0, other[b + 1] ?? 0] as const)))
    if (isOne) a += 2
    else b += 2
  }
  return out
}
