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
/** How far before what looks random its name may stand. */
const before = 120
const behind = 64

/** @param bytes a character each, and one more if they are odd in number */
export function placesIn(bytes: Buffer, length: number): Places {
  const spans: number[] = []
  const names: number[] = []
  findNames(bytes, length, names)
  findRandom(bytes, length, spans)
  return { spans, names }
}

export function findNames(bytes: Buffer, length: number, names: number[]): void {
  const two = new Uint16Array(bytes.buffer, bytes.byteOffset, (length + 1) >> 1)
  for (let at = 0; at < two.length; at += 1) {
    for (let choice = pairs[two[at] ?? 0] ?? 0; choice !== 0; choice = nexts[choice] ?? 0) {
      const begin = at * 2 - (backs[choice] ?? 0)
      if (((bytes[begin] ?? 0) | 32) === initials[choice] && isAt(bytes, begin, length, words[choice])) names.push(begin)
    }
  }
}

function isAt(bytes: Buffer, begin: number, length: number, word: Uint8Array | undefined): boolean {
  if (word === undefined || begin < 0 || begin + word.length > length) return false
  for (let at = 1; at < word.length; at += 1) if (word[at] !== ((bytes[begin + at] ?? 0) | 32)) return false
  return true
}

/** Runs of letters and digits that no word looks like; as they have at least eight, it is enough to look at each eighth place. */
export function findRandom(bytes: Buffer, length: number, spans: number[]): void {
  for (let probe = shortestMixed - 1; probe < length; probe += shortestMixed) {
    if (kinds[bytes[probe] ?? 0] === 0) continue
    let from = probe
    let mixed = 0
    while (from > 0) {
      const kind = kinds[bytes[from - 1] ?? 0] ?? 0
      if (kind === 0) break
      mixed |= kind
      from -= 1
    }
    let to = probe
    while (to < length) {
      const kind = kinds[bytes[to] ?? 0] ?? 0
      if (kind === 0) break
      mixed |= kind
      to += 1
    }
    probe += (to - probe) & ~(shortestMixed - 1)
    const size = to - from
    if (size < shortestMixed || mixed === 2 || (mixed === 1 && size < shortestOfLetters)) continue
    if (isDigest(bytes, from)) {
      while (to < length && isOfBase64(bytes[to] ?? 0)) to += 1
      probe = Math.max(probe, to)
      continue
    }
    if (size < longestName && isName(bytes, from, to)) continue
    const begin = Math.max(0, from - before)
    const end = Math.min(length, to + behind)
    if (spans.length > 0 && (spans.at(-1) ?? 0) >= begin) spans[spans.length - 1] = end
    else spans.push(begin, end)
  }
}

const isOfBase64 = (code: number) => kinds[code] !== 0 || code === 43 || code === 47 || code === 61

/** Words that are written together, abbreviations among them, with one short number at most. */
function isName(bytes: Buffer, from: number, to: number): boolean {
  let [groups, digits, pairs, usual, capitals, last] = [0, 0, 0, 0, 0, 0]
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
    capitals = code < 97 ? capitals + 1 : 0
    if (last === 1) {
      pairs += 1
      if (isUsualPair(bytes[at - 1] ?? 0, code) || (capitals > 1 && capitals < 6)) usual += 1
    }
    last = 1
  }
  return usual * 3 > pairs * 2
}

/** What lock files call by the name of its digest. */
function isDigest(bytes: Buffer, from: number): boolean {
  const last = bytes[from - 1]
  if (last !== 58 && last !== 45 && last !== 61) return false
  return /(?:sha(?:1|224|256|384|512)|md5|\bh1)[-:=]$/.test(bytes.toString('latin1', Math.max(0, from - 8), from))
}
