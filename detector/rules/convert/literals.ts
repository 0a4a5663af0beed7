import { signs } from '../../search/runs.ts'
import type { Node } from './syntax.ts'

/** Words, in lower case, of which every match holds one, and how far behind its beginning the word may begin. */
export interface Words {
  readonly words: readonly string[]
  readonly from: number
  readonly to: number
}

interface Known {
  /** All that it can be, where that is little. */
  readonly exact: readonly string[] | null
  readonly min: number
  readonly max: number
  readonly best: Words | null
}

const mostWords = 64
/** A word that is too short to be looked for is lengthened by what may stand behind it. */
const mostLengthened = 300
const shortest = 3
const wanted = 4

/** Words that stand in any text. */
const common: ReadonlySet<string> = new Set(
  'key token secret api access auth http https http:// https:// :// password passwd pass client private www com .com test live user account app org id service bearer authorization basic --- ----- from with name project begin end private_key client_secret access_key secret_key api_key apikey api-key url the host server'.split(
    ' ',
  ),
)

export const wordsOf = (node: Node): Words | null => know(node).best
export const longest = (node: Node): number => know(node).max

function know(node: Node): Known {
  switch (node.kind) {
    case 'letter':
      return { exact: [node.char.toLowerCase()], min: 1, max: 1, best: null }
    case 'set': {
      const chars = membersOf(node)
      return { exact: chars !== null && chars.length <= 4 ? chars : null, min: 1, max: 1, best: null }
    }
    case 'assert':
    case 'look':
      return { exact: [''], min: 0, max: 0, best: null }
    case 'capture':
      return know(node.item)
    case 'alt':
      return either(node.items.map(know))
    case 'repeat':
      return repeated(know(node.item), node.min, node.max)
    case 'seq':
      return sequence(node.items)
  }
}

function membersOf(node: Node): string[] | null {
  if (node.kind === 'capture') return membersOf(node.item)
  if (node.kind === 'seq' && node.items.length === 1 && node.items[0] !== undefined) return membersOf(node.items[0])
  if (node.kind === 'repeat' && node.min >= 1) return membersOf(node.item)
  return node.kind === 'set' && !node.set.beyond
    ? [...new Set([...node.set.ascii].map((code) => String.fromCharCode(code).toLowerCase()))]
    : null
}

function either(all: readonly Known[]): Known {
  const exact = all.every((each) => each.exact !== null) ? [...new Set(all.flatMap((each) => each.exact ?? []))] : null
  const bests = all.map((each) => each.best ?? (each.exact === null ? null : candidate(each.exact, 0, 0)))
  const found = bests.filter((each) => each !== null)
  return {
    exact: exact !== null && exact.length <= mostWords ? exact : null,
    min: Math.min(...all.map(({ min }) => min)),
    max: Math.max(...all.map(({ max }) => max)),
    best:
      found.length === bests.length
        ? {
            words: [...new Set(found.flatMap(({ words }) => words))],
            from: Math.min(...found.map(({ from }) => from)),
            to: Math.max(...found.map(({ to }) => to)),
          }
        : null,
  }
}

function repeated(item: Known, min: number, max: number): Known {
  let exact: readonly string[] | null = null
  if (item.exact !== null && min === 0 && max === 1) exact = ['', ...item.exact]
  else if (item.exact !== null && min === max && item.exact.length ** min <= mostWords) {
    exact = ['']
    for (let count = 0; count < min; count += 1)
      exact = exact.flatMap((start) => (item.exact ?? []).map((each) => start + each))
  }
  return {
    exact,
    min: item.min * min,
    max: item.max === 0 ? 0 : item.max * max,
    best: min === 0 ? null : (item.best ?? (item.exact === null ? null : candidate(item.exact, 0, 0))),
  }
}

function sequence(items: readonly Node[]): Known {
  let [min, max] = [0, 0]
  let run: readonly string[] = ['']
  let runAt: readonly [number, number] = [0, 0]
  let isExact = true
  const candidates: Words[] = []
  const flush = () => {
    const words = candidate(run, ...runAt)
    if (words !== null) candidates.push(words)
  }
  for (const item of items) {
    const known = know(item)
    if (known.exact !== null && run.length * known.exact.length <= mostWords) {
      run = [...new Set(run.flatMap((start) => (known.exact ?? []).map((each) => start + each)))]
    } else {
      isExact = false
      const members = membersOf(item)
      const least = Math.min(...run.map(({ length }) => length))
      if (members !== null && least >= 2 && least < wanted && run.length * members.length <= mostLengthened) {
        const longer = run.flatMap((start) => members.map((each) => start + each))
        run = longer
        if (
          least + 2 === wanted &&
          item.kind === 'repeat' &&
          item.min >= 2 &&
          longer.length * members.length <= mostLengthened
        )
          run = longer.flatMap((start) => members.map((each) => start + each))
      }
      flush()
      if (known.best !== null)
        candidates.push({ words: known.best.words, from: min + known.best.from, to: max + known.best.to })
      run = ['']
      // What is too much to go on with may be the beginning of the next run.
      if (known.exact !== null && known.exact.length <= mostWords) {
        run = known.exact
        runAt = [min, max]
        min += known.min
        max += known.max
        continue
      }
      runAt = [min + known.min, max + known.max]
    }
    min += known.min
    max += known.max
  }
  flush()
  return { exact: isExact ? run : null, min, max, best: candidates.toSorted((a, b) => score(b) - score(a))[0] ?? null }
}

function candidate(run: readonly string[], from: number, to: number): Words | null {
  const least = Math.min(...run.map(({ length }) => length))
  if (least < shortest) return null
  const words = [...new Set(run)].filter((word) => !run.some((other) => other !== word && word.startsWith(other)))
  return { words, from, to }
}

/** More for what is rarer in any text. */
function score({ words, from, to }: Words): number {
  const each = words.map(
    (word) =>
      Math.min(8, word.length) - (common.has(word) ? 6 : 0) + (/[^a-z]/.test(word) && !common.has(word) ? 1 : 0),
  )
  return Math.min(...each) - Math.log2(words.length) / 2 - (to === Infinity ? 3 : to - from > 64 ? 1 : 0)
}

const inRun = (char: string) => char.charCodeAt(0) < 128 && signs[char.charCodeAt(0)] === 1

interface Run {
  readonly start: number
  readonly best: number
  readonly end: number
  readonly isWhole: boolean
}

/** The least that the longest run of letters, digits and signs of base64 in any match has. */
export function longestRun(node: Node): number {
  return runOf(node).best
}

function runOf(node: Node): Run {
  const of = (length: number, isWhole = true): Run => ({ start: length, best: length, end: length, isWhole })
  switch (node.kind) {
    case 'letter':
      return inRun(node.char) ? of(1) : of(0, false)
    case 'set':
      return !node.set.beyond && [...node.set.ascii].every((code) => inRun(String.fromCharCode(code)))
        ? of(1)
        : of(0, false)
    case 'assert':
    case 'look':
      return of(0)
    case 'capture':
      return runOf(node.item)
    case 'alt': {
      const all = node.items.map(runOf)
      const least = (value: (run: Run) => number) => Math.min(...all.map(value))
      return {
        start: least(({ start }) => start),
        best: least(({ best }) => best),
        end: least(({ end }) => end),
        isWhole: all.every(({ isWhole }) => isWhole),
      }
    }
    case 'repeat': {
      const item = runOf(node.item)
      if (node.min === 0) return of(0, item.isWhole)
      if (item.isWhole)
        return { start: item.best * node.min, best: item.best * node.min, end: item.best * node.min, isWhole: true }
      return { ...item, best: node.min > 1 ? Math.max(item.best, item.end + item.start) : item.best }
    }
    case 'seq': {
      let run: Run = of(0)
      for (const each of node.items) {
        const next = runOf(each)
        run = {
          start: run.isWhole ? run.start + next.start : run.start,
          best: Math.max(run.best, next.best, run.end + next.start),
          end: next.isWhole ? run.end + next.end : next.end,
          isWhole: run.isWhole && next.isWhole,
        }
      }
      return run
    }
  }
}
