import { everywhere, rules } from './rules.ts'
import type { Allowance, Rule } from './rules.ts'

/** A credential: which kind, and where in the text, in UTF-16 code units, the end behind its last. */
export interface Finding {
  readonly rule: string
  readonly start: number
  readonly end: number
}

const before = 150
/** The rule that knows least; where another has found something, it adds nothing. */
const generic = 'generic-api-key'

const byKeyword = new Map<string, Rule[]>()
for (const rule of rules) for (const keyword of rule.keywords) byKeyword.set(keyword, [...(byKeyword.get(keyword) ?? []), rule])
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
/** Every keyword at once; those that begin with a shorter one are reached through it. */
const shortest = [...byKeyword.keys()].filter((keyword) => ![...byKeyword.keys()].some((other) => other !== keyword && keyword.startsWith(other)))
const anyKeyword = new RegExp(shortest.map(escaped).join('|'), 'gi')
const startingWith = new Map(shortest.map((start) => [start, [...byKeyword].filter(([keyword]) => keyword.startsWith(start))]))

/**
 * Finds credentials in a text. A search for all keywords at once comes first; each rule's expression is then tried only in
 * a window around its keyword, so that none takes longer than its window lets it.
 */
export function findCredentials(text: string): readonly Finding[] {
  const windows = new Map<Rule, [number, number][]>()
  anyKeyword.lastIndex = 0
  for (let match = anyKeyword.exec(text); match !== null; match = anyKeyword.exec(text)) {
    for (const [keyword, itsRules] of startingWith.get(match[0].toLowerCase()) ?? []) {
      if (keyword.length > match[0].length && text.slice(match.index, match.index + keyword.length).toLowerCase() !== keyword) continue
      for (const rule of itsRules) widen(windows, rule, match.index, text.length)
    }
    // One keyword may begin within another.
    anyKeyword.lastIndex = match.index + 1
  }
  const found: Finding[] = []
  for (const [rule, spans] of windows) for (const [from, to] of spans) search(text, rule, from, to, found)
  const specific = found.filter(({ rule }) => rule !== generic)
  const rest = found.filter(({ rule, start, end }) => rule === generic && !specific.some((other) => other.start < end && start < other.end))
  return [...specific, ...rest].sort((a, b) => a.start - b.start || a.end - b.end)
}

function widen(windows: Map<Rule, [number, number][]>, rule: Rule, at: number, length: number): void {
  const [from, to] = [Math.max(0, at - before), Math.min(length, at + rule.reach)]
  const spans = windows.get(rule)
  if (spans === undefined) return void windows.set(rule, [[from, to]])
  const last = spans.at(-1)
  if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
  else spans.push([from, to])
}

function search(text: string, rule: Rule, from: number, to: number, found: Finding[]): void {
  const window = text.slice(from, to)
  const { pattern } = rule
  pattern.lastIndex = 0
  for (let match = pattern.exec(window); match !== null; match = pattern.exec(window)) {
    if (match[0] === '') {
      pattern.lastIndex += 1
      continue
    }
    const secret = secretOf(match, rule.group)
    const offset = match[0].indexOf(secret)
    const start = from + match.index + Math.max(0, offset)
    if (entropyOf(secret) > rule.entropy && !isAllowed(text, rule.allow, secret, match[0], start) && !isAllowed(text, everywhere, secret, match[0], start)) {
      found.push({ rule: rule.id, start, end: start + secret.length })
    }
  }
}

function secretOf(match: RegExpExecArray, group: number): string {
  if (group > 0) return match[group] ?? match[0]
  return match.slice(1).find((each) => each !== undefined && each !== '') ?? match[0]
}

function isAllowed(text: string, allowances: readonly Allowance[], secret: string, match: string, at: number): boolean {
  return allowances.some(({ target, patterns, stopwords }) => {
    const looked = target === 'line' ? lineAt(text, at) : target === 'match' ? match : secret
    const lower = secret.toLowerCase()
    return patterns.some((pattern) => pattern.test(looked)) || stopwords.some((word) => lower.includes(word))
  })
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at)
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, end < 0 ? text.length : end)
}

/** Shannon's entropy, in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const each of text) counts.set(each, (counts.get(each) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
