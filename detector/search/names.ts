import { kinds } from './kinds.ts'
import { usualPairs } from './wordlike.ts'

/** Long words seldom stand behind `_` or `-`, as many keys do; there they must look more like words. */
const longWord = 20

/** Words that are written together, abbreviations among them, with one short number at most. */
export function isName(bytes: Uint8Array, from: number, to: number): boolean {
  let [groups, digits, pairs, usual, capitals, humps, small] = [0, 0, 0, 0, 0, 0, 0]
  // What stands before; 0: no letter.
  let last = 0
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] ?? 0
    if (code < 58) {
      digits += 1
      if (last !== 0 || digits === 1) groups += 1
      if (groups > 1 || digits > 4) return false
      last = 0
      capitals = 0
      continue
    }
    const isCapital = code < 97
    capitals = isCapital ? capitals + 1 : 0
    if (capitals === 1) humps += 1
    // A new word, and an abbreviation, say nothing of how usual their letters are.
    if (last !== 0 && (!isCapital || capitals > longestAbbreviation)) {
      pairs += 1
      usual += usualPairs[((last & 31) << 5) | (code & 31)] ?? 0
    }
    if (!isCapital) small += 1
    last = code
  }
  // Names of capitals have `_` between their words.
  return (
    (digits === 0 || small > 0 || to - from < longestOfCapitals) &&
    isOfWords(bytes, from, to - from, pairs, usual, humps)
  )
}

const longestOfCapitals = 16

const longestAbbreviation = 5

function isOfWords(
  bytes: Uint8Array,
  from: number,
  size: number,
  pairs: number,
  usual: number,
  humps: number,
): boolean {
  if (size < longWord) return usual * 4 > pairs * 3 && humps * 9 <= size * 2
  const before = bytes[from - 1]
  return humps * 5 <= size && before !== 95 && (before === 45 ? usual * 6 > pairs * 5 : usual * 4 > pairs * 3)
}

/** For two letters, six bits each: a pair that counts, whether it is usual, a word's beginning, a capital behind another. */
const steps = new Uint32Array(1 << 12)
const [usualStep, humpStep, capitalStep] = [1 << 8, 1 << 16, 1 << 24]
for (let last = 0; last < 64; last += 1) {
  for (let code = 0; code < 64; code += 1) {
    const [isCapital, isBehindCapital] = [code < 32, last > 0 && last < 32]
    steps[(last << 6) | code] = isCapital
      ? isBehindCapital
        ? capitalStep
        : humpStep
      : last === 0
        ? 0
        : 1 + (usualPairs[((last & 31) << 5) | (code & 31)] ?? 0) * usualStep
  }
}

export const longestName = 80
const shortestOfLetters = 16

/**
 * Where a run of letters alone ends; less than zero where it is long and no words look like it. In one table, as no
 * processor foresees where words begin, and in one pass.
 * @param bytes with something else than a letter behind the run
 */
export function endOfLetters(bytes: Uint8Array, from: number): number {
  let sum = 0
  let last = 0
  let to = from
  for (; to - from < longestName; to += 1) {
    const byte = bytes[to] ?? 0
    if (kinds[byte] !== 1) break
    const code = byte & 63
    sum += steps[(last << 6) | code] ?? 0
    last = code
  }
  const size = to - from
  if (size < shortestOfLetters) return to
  if (size === longestName) {
    while (kinds[bytes[to] ?? 0] === 1) to += 1
    return -to
  }
  const looksLikeWords =
    sum >= longestAbbreviation * capitalStep
      ? isName(bytes, from, to)
      : isOfWords(bytes, from, size, sum & 0xff, (sum >>> 8) & 0xff, (sum >>> 16) & 0xff)
  return looksLikeWords ? to : -to
}
