import { entropyOf } from './entropy.ts'
import { everywhere, rules } from './rules.ts'
import type { Allowance, Needs, Rule } from './rules.ts'
import { Runs } from './search/runs.ts'
import { WordSearch } from './search/word-search.ts'

export interface Found {
  readonly rule: string
  readonly start: number
  readonly end: number
  /** Less is better known. */
  readonly rank: number
}

const before = 150
/** Over more than this it costs less to try an expression than to look for a run of signs. */
const far = 1000

/** What is to be known of a rule at each of its words; a rule itself is slower to read, as it is made bit by bit. */
interface Trial {
  readonly rank: number
  readonly rule: Rule
  /** Whether a match begins at one place alone. */
  readonly isFixed: boolean
  /** Where a match, or the window for it, begins before the word, and how far behind the word it may end. */
  readonly back: number
  readonly ahead: number
  readonly run: number
}

function trialOf(rank: number, rule: Rule): Trial {
  const isFixed = rule.to === rule.from
  const back = rule.to ?? before
  const ahead = isFixed ? Math.min(rule.longest, rule.reach) - back : rule.reach
  return { rank, rule, isFixed, back, ahead, run: back + ahead < far ? rule.run : 0 }
}

interface Index {
  readonly search: WordSearch
  /** For each word, its rules. */
  readonly trialsOf: readonly (readonly Trial[])[]
}

let made: Index | undefined

/** Made when it is first needed. */
function index(): Index {
  if (made !== undefined) return made
  const words = [...new Set(rules.flatMap((rule) => rule.words))]
  const numbers = new Map(words.map((word, number) => [word, number]))
  const trialsOf: Trial[][] = words.map(() => [])
  for (const [rank, rule] of rules.entries())
    for (const word of rule.words) trialsOf[numbers.get(word) ?? -1]?.push(trialOf(rank, rule))
  made = { search: new WordSearch(words), trialsOf }
  return made
}

/**
 * What rules for one issuer's kinds find in spans of a text. A rule's expression is tried where one of its words stands,
 * in a window around it, so that none takes longer than its window lets it.
 */
export function findSpecific(text: string, bytes: Uint8Array, spans: readonly number[]): Found[] {
  const { search, trialsOf } = index()
  const found: Found[] = []
  const tries: Tries = { found, inVain: new Map() }
  const windows = new Map<number, [number, number][]>()
  const runs = new Runs(bytes)
  for (let at = 0; at < spans.length; at += 2) {
    search.search(bytes, spans[at] ?? 0, spans[at + 1] ?? 0, (word, begin) => {
      for (const { rank, rule, isFixed, back, ahead, run } of trialsOf[word] ?? []) {
        const from = begin - back
        const to = Math.min(text.length, begin + ahead)
        if (!runs.has(run, Math.max(0, from), to)) continue
        if (isFixed) begins(text, rule, rank, from, tries)
        else widen(windows, rank, from, to)
      }
    })
  }
  for (const [rank, its] of windows) {
    const rule = rules[rank]
    if (rule !== undefined) for (const [from, to] of its) within(text, rule, rank, Math.max(0, from), to, found)
  }
  return found
}

function widen(windows: Map<number, [number, number][]>, rank: number, from: number, to: number): void {
  const spans = windows.get(rank)
  if (spans === undefined) return void windows.set(rank, [[from, to]])
  const last = spans.at(-1)
  if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
  else spans.push([from, to])
}

interface Tries {
  readonly found: Found[]
  /** For each rule, how often it was tried and did not match. */
  readonly inVain: Map<number, number>
}

/** A text that is made to look like a thousand beginnings does not get a long look at each. */
const mostInVain = 50
const near = 600

/** A match that begins at one place. */
function begins(text: string, rule: Rule, rank: number, at: number, { found, inVain }: Tries): void {
  if (at < 0) return
  const from = Math.max(0, at - 1)
  const isLong = rule.reach > near
  const reach = isLong && (inVain.get(rank) ?? 0) > mostInVain ? near : rule.reach
  rule.pattern.lastIndex = at - from
  const match = rule.pattern.exec(text.slice(from, at + reach))
  if (match !== null) take(text, rule, rank, match, from, found)
  else if (isLong) inVain.set(rank, (inVain.get(rank) ?? 0) + 1)
}

function within(text: string, rule: Rule, rank: number, from: number, to: number, found: Found[]): void {
  const window = text.slice(from, to)
  rule.pattern.lastIndex = 0
  for (let match = rule.pattern.exec(window); match !== null; match = rule.pattern.exec(window)) {
    if (match[0] === '') rule.pattern.lastIndex += 1
    else take(text, rule, rank, match, from, found)
  }
}

export function take(
  text: string,
  rule: Rule,
  rank: number,
  match: RegExpExecArray,
  from: number,
  found: Found[],
): void {
  const secret = secretOf(match, rule.group)
  const start = from + match.index + Math.max(0, match[0].lastIndexOf(secret))
  if (entropyOf(secret) <= rule.entropy || (rule.needs !== null && !has(secret, rule.needs))) return
  if (knownExample.test(secret)) return
  if (rule.needs !== null && ((rule.pattern.ignoreCase && isByChance(match[0], secret)) || isPart(text, start, secret)))
    return
  if (isInside(text, from + match.index, start + secret.length)) return
  if (
    rule.needs === null
      ? isAllowed(text, rule.allow, secret, match[0], start) || isAllowed(text, everywhere, secret, match[0], start)
      : isPlaceholder(secret)
  )
    return
  found.push({ rule: rule.id, start, end: start + secret.length, rank })
}

/** What jwt.io, RFC 5849, RFC 6749, RFC 6750 and RFC 7617 show, and AWS. */
export const knownExample =
  /eyJzdWIiOiIxMjM0NTY3ODkwI|2YotnFZFEjr1zCsicMWpAA|tGzv3JOkF0XG5Qx2TlKWIA|czZCaGRSa3F0MzpnWDFmQmF0M2JW|gX1fBat3bV|QWxhZGRpbjpvcGVu|SplxlOBeZQQYbYS6WxSbIA|mF_9\.B5f-4\.1JqM|0685bd9184jfhq22|ad180jjd733klru7|h480djs93hd8|lsdkfol23w54jlksdef|qwe089234lkjsdf|dpf43f3p2l4k3l03|kd94hf93k423kf44|nnch734d00sl2jdk|wJalrXUtnFEMI|AKIAIOSFODNN7/

/** What a program puts a value into, and what nobody has taken the trouble to make look real. */
const isPlaceholder = (secret: string): boolean =>
  /^\$(?:[{(]|\w{1,20}$)|\{\{|^<[^>]*>$|^%\w+%$|^\{\w*\}$|\[[A-Z_ ]{2,}\]|\$\{|([Xx*.#0])\1{7}|([^A])\2{11}|(?:EXAMPLE){2}|^process\.env|^(?:os|sys)\./.test(
    secret,
  )

/** What begins like an issuer's short name, such as `dd` or `db2`, and is part of a digest, of a UUID or of something in base64. */
function isByChance(match: string, secret: string): boolean {
  const head = /^[0-9A-Za-z]+/.exec(match)?.[0] ?? ''
  if (match.lastIndexOf(secret) < head.length) return false
  if (head.length > 3 && /^[0-9a-f]+$/i.test(head) && /\d/.test(head)) return true
  const coded = /^[0-9A-Za-z+/]+/.exec(match)?.[0] ?? ''
  return coded.length > 11 && match.lastIndexOf(secret) >= coded.length && (coded.match(/\d+/g)?.length ?? 0) > 1
}

/** What stands in the middle of something random, of which `-` and `_` are letters. */
function isInside(text: string, start: number, end: number): boolean {
  let from = start
  while (from > 0 && start - from < longestAround && isOfCoded.test(text[from - 1] ?? '')) from -= 1
  let to = end
  while (to < text.length && to - end < longestAround && isOfKey.test(text[to] ?? '')) to += 1
  return isRandom(text.slice(from, start)) || (/[-_]/.test(text[end] ?? '') && isRandom(text.slice(end, to)))
}

const longestAround = 64
const isOfKey = /[\w-]/
const isOfCoded = /[\w+/-]/
const isRandom = (around: string): boolean =>
  around.length > 9 && (around.match(/\d+/g)?.length ?? 0) > 1 && /[a-z]/.test(around) && /[A-Z]/.test(around)

/** A digest by its name, or what goes on before or behind: a piece of one, or of something in base64. */
function isPart(text: string, start: number, secret: string): boolean {
  if (/(?:sha(?:1|256|384|512)|md5)[:-]$/i.test(text.slice(Math.max(0, start - 8), start))) return true
  const around = `${text[start - 1] ?? ' '}${text[start + secret.length] ?? ' '}`
  if (/^[0-9a-f]{32,}$/i.test(secret)) return /[0-9A-Za-z]/.test(around)
  return /^[0-9A-Za-z+/]{32,}$/.test(secret) && /[+/]/.test(secret) && /[0-9A-Za-z+/]/.test(around)
}

/** Shorter groups are parts of a pattern that repeats, and no secrets. */
const shortestSecret = 6

function secretOf(match: RegExpExecArray, group: number): string {
  if (group > 0 && match[group] !== undefined) return match[group]
  return match.slice(1).find((each) => each !== undefined && each.length >= shortestSecret) ?? match[0]
}

function has(secret: string, { digits, uppercase, lowercase, special, without }: Needs): boolean {
  const count = (pattern: RegExp) => secret.match(pattern)?.length ?? 0
  if (digits > 0 && count(/\d/g) < digits) return false
  if (uppercase > 0 && count(/[A-Z]/g) < uppercase) return false
  if (lowercase > 0 && count(/[a-z]/g) < lowercase) return false
  if (special > 0 && count(/[^A-Za-z0-9]/g) < special) return false
  const lower = secret.toLowerCase()
  return !without.some((each) => lower.includes(each))
}

function isAllowed(text: string, allowances: readonly Allowance[], secret: string, match: string, at: number): boolean {
  return allowances.some(({ target, patterns, stopwords }) => {
    const looked = target === 'line' ? lineAt(text, at) : target === 'match' ? match : secret
    const lower = secret.toLowerCase()
    return patterns.some((pattern) => pattern.test(looked)) || stopwords.some((word) => lower.includes(word))
  })
}

function lineAt(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - 500), at)
  const behind = text.slice(at, at + 1500)
  const end = behind.indexOf('\n')
  return before.slice(before.lastIndexOf('\n') + 1) + (end < 0 ? behind : behind.slice(0, end))
}
