import * as ahead from './ahead.ts'
import type { Ahead } from './ahead.ts'

export interface Value {
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
  /** It stands where a program's expression may stand. */
  readonly isCode: boolean
  /** It stands behind the name of a user: a password, whatever the name says. */
  readonly isPair?: boolean
}

const longest = 400

interface Gap {
  readonly pattern: RegExp
  /** With what it can go on behind a quote, a bracket and spaces; anything else it need not be tried on. */
  readonly signs: ReadonlySet<number>
  readonly mayFollow: Ahead
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const gap = (signs: string, mayFollow: Ahead, pattern: RegExp): Gap => ({
  pattern,
  mayFollow,
  signs: new Set(Array.from(signs, (sign) => sign.charCodeAt(0))),
})

/** Between a name and its value, where the value has quotes. Each is tried at the end of the name. */
const pair = /[ \t]{0,4}[:=][ \t]{0,4}[([][ \t]{0,4}["'][^"'\n]{1,60}["'],[ \t]{0,4}(["'])/y
export const toQuoted: readonly Gap[] = [
  // An assignment, a comparison, a key: with a type between, too, or a function that takes the value.
  gap(
    `:?=!+|<-*[]&${letters}`,
    ahead.isAssigned,
    /\\{0,3}["'`]?(?:\]|\[\d{0,4}\])?[ \t]{0,8}(?:(?:[:?] ?[\w<>&[\]?*. |]{1,30}|[ \t][A-Za-z*[\]&]{2,12}[ \t]{0,3}|As \w{2,20} )?(?::{0,2}|[!=?+|])=|=?=?=>?|:{1,3}|=>|->|<-|\|\||\?\?|!==?)[ \t]{0,8}(?:\r?\n[ \t]{0,40})?(?:(?:(?:new )?(?:\[\])?[\w.$]{1,40}|ConvertTo-SecureString(?: -String)?)[( ](?=["'])|(?:b|r|f|u|L|N|@|\$|rb|br)(?=["']))?\\{0,3}(["'`])/y,
  ),
  // A pair of a user's name and a password.
  gap(':=', ahead.isListed, pair),
  // A name and its value in fields of their own, and a variable with a default.
  gap(
    ',vV\r\n"\'\\',
    ahead.isValue,
    /\\{0,3}["']?[ \t]{0,4},?\s{0,40}\\{0,3}["']?value\\{0,3}["']?[ \t]{0,4}[=:][ \t]{0,4}\\{0,3}(["'])/iy,
  ),
  gap(
    '{\r\n',
    ahead.isQuoted,
    /"\s{0,4}\{\s{0,40}(?:(?:type|description|sensitive)[ \t]*=[^\n]{0,120}\n\s{0,40}){0,3}default\s{0,20}=\s{0,20}(")/y,
  ),
  // A default behind a variable of the environment, the argument of a function, the next in a list of two.
  gap(
    '])\\,',
    ahead.isQuotedName,
    /\\{0,3}["'`][ \t]{0,4}(?:\]|\))?[ \t]{0,4},[ \t]{0,4}(?:["'](?=\\))?\\{0,3}(["'`])/y,
  ),
  gap(
    '])|?o({\\"\'`',
    ahead.isDefault,
    /\\{0,3}["'`]?[ \t]{0,4}(?:\]|\))?[ \t]{0,4}(?:\|\||\?\?|or\b|\(|\{)[ \t]{0,4}\\{0,3}(["'`])/y,
  ),
  // As SQL and a shell have it.
  gap('BA-"\'', ahead.isSpaced, /[ \t]{1,4}(?:BY |AS |-p ?)?(["'])/y),
]
/** For each sign of ASCII, those to try. */
const bySign: readonly (readonly Gap[])[] = Array.from({ length: 128 }, (_, code) =>
  toQuoted.filter(({ signs }) => signs.has(code)),
)
const toBare: readonly { readonly pattern: RegExp; readonly isCode: boolean }[] = [
  {
    pattern:
      /["'`]?\]?(?:[ \t]{0,20}(?::{1,2}=?|=>?|\?=)[ \t]{0,20})(?:(?:Bearer|Basic|Token|ApiKey|SSWS|Bot)[ \t]+)?/iy,
    isCode: true,
  },
  { pattern: /\r?\n[ \t-]{1,40}value:[ \t]{1,4}/y, isCode: false },
]
/** What has no quotes: to the next space or sign that ends it. */
const bare = /[^\s"'`<>,;(){}[\]\\|]{5,400}/y
/** Of each character of ASCII: 1, a value without quotes may have it; 2, it ends one; 0, it makes more of it than a word. */
const ofBare = new Uint8Array(128)
for (let code = 0; code < 128; code += 1)
  ofBare[code] = /[\s"'`<>,;(){}[\]\\|]/.test(String.fromCharCode(code))
    ? 2
    : /[\d!@#$%^&*+]/.test(String.fromCharCode(code))
      ? 0
      : 1
/** Without quotes, nothing shorter is a secret that has neither digit nor sign. */
const shortestOfLetters = 16

/** Whether there is no value without quotes, or one that is no secret, whatever its name says. */
function isShortWord(text: string, start: number): boolean {
  for (let at = start; at < start + shortestOfLetters; at += 1) {
    const kind = ofBare[text.charCodeAt(at)] ?? (at < text.length ? 0 : 2)
    if (kind !== 1) return kind === 2
  }
  return false
}

const scheme = /^(?:Bearer|Basic|Token|ApiKey|Api-Key|SSWS|Bot|JWT|Key)[ \t]+/i

/** What a name at a place is given. */
export function valueBehind(text: string, from: number, to: number): Value | null {
  const next = text.charCodeAt(to)
  // A letter that is not of ASCII, a full stop, a comma without quotes: names that are only spoken of.
  if (
    !(
      next < 48 ||
      next === 58 ||
      next === 60 ||
      next === 61 ||
      next === 62 ||
      next === 63 ||
      (next > 90 && next < 94) ||
      next === 96 ||
      next === 123 ||
      next === 124
    ) ||
    next === 46 ||
    next === 59
  )
    return null
  if (next === 62) return inElement(text, from, to)
  if ((next === 34 || next === 39) && text[to + 1] === '>') return withinElement(text, to + 2)
  const before = text.charCodeAt(from - 1)
  if (before === 123 && text[from - 2] === '$') return inDefault(text, to)
  // The name of a type, or of a path.
  if ((before === 58 && text[from - 2] === ':') || (before === 47 && next !== 61)) return null
  const place = placeBehind(text, to)
  const sign = text.charCodeAt(place)
  for (const { pattern, mayFollow } of bySign[sign] ?? []) {
    if (!mayFollow(text, to, place)) continue
    pattern.lastIndex = to
    const match = pattern.exec(text)
    const quote = match?.[1]
    if (match === null || quote === undefined) continue
    const start = to + match[0].length
    const end = closing(text, start, quote)
    if (end < 0) return null
    const word = scheme.exec(text.slice(start, start + 12))
    return { start: start + (word?.[0].length ?? 0), end, isQuoted: true, isCode: false, isPair: pattern === pair }
  }
  return (
    inParameter(text, from, to) ??
    behindOption(text, from, to) ??
    (sign === 58 || sign === 61 || sign === 63 || next < 32 ? withoutQuotes(text, from, to) : null)
  )
}

const mostSpaces = 24

/** What stands behind backslashes, a quote, a bracket and spaces. */
export const signBehind = (text: string, to: number): number => text.charCodeAt(placeBehind(text, to))

export function placeBehind(text: string, to: number): number {
  const at = ahead.behindQuote(text, to)
  return ahead.behindSpaces(text, text.charCodeAt(at) === 93 ? at + 1 : at, mostSpaces)
}

function closing(text: string, start: number, quote: string): number {
  const last = Math.min(text.length, start + longest)
  for (let at = start; at < last; at += 1) {
    const char = text[at]
    if (char === '\n') return -1
    // A backslash before the quote that ends it belongs to a quote in a quote.
    if (char === quote) return text[at - 1] === '\\' && at > start ? at - 1 : at
  }
  return -1
}

/** `<password>…</password>` */
function inElement(text: string, from: number, to: number): Value | null {
  if (text[from - 1] !== '<' && !/<[\w:]{1,20}$/.test(text.slice(Math.max(0, from - 22), from))) return null
  return withinElement(text, to + 1)
}

function withinElement(text: string, begin: number): Value | null {
  const end = text.slice(begin, begin + longest).indexOf('</')
  if (end < 0) return null
  const inside = text.slice(begin, begin + end)
  const start = begin + inside.length - inside.trimStart().length
  return { start, end: start + inside.trim().length, isQuoted: true, isCode: false }
}

/** `${PASSWORD:-…}` */
function inDefault(text: string, to: number): Value | null {
  const match = matchAt(/:?[-=]?[^\s"'`{}$]{4,200}(?=\})/y, text, to)
  if (match === null) return null
  const sign = /^:?[-=]?/.exec(match)?.[0].length ?? 0
  return sign === 0 ? null : { start: to + sign, end: to + match.length, isQuoted: true, isCode: false }
}

/** In an address or a form: `?token=…&`. */
function inParameter(text: string, from: number, to: number): Value | null {
  if (text[to] !== '=' || !/[?&]/.test(text[from - 1] ?? '')) return null
  // A key of anything, and what everybody may see: the picture of a state.
  if (
    text.slice(from, to).toLowerCase() === 'key' ||
    /\.(?:svg|png)\?$|badge[^\s"']*$/.test(text.slice(Math.max(0, from - 80), from))
  )
    return null
  const match = matchAt(/[^\s"'`<>&#;,(){}\\]{5,400}/y, text, to + 1)
  return match === null ? null : { start: to + 1, end: to + 1 + match.length, isQuoted: true, isCode: false }
}

/** `--password …`, `ENV TOKEN …`, and what `.netrc` has. */
function behindOption(text: string, from: number, to: number): Value | null {
  const start = ahead.behindSpaces(text, to, Infinity)
  if (start === to) return null
  const first = text.charCodeAt(start)
  // With a sign of these, it may be an assignment.
  const isSign = first === 58 || first === 61 || first === 63 || text.charCodeAt(to) === 9
  if (first === 45 || first === 61 || (!isSign && isShortWord(text, start))) return null
  const match = matchAt(bare, text, start)
  if (match === null) return null
  const line = lineBefore(text, from)
  const isOption = /(?:^|\s)--?[\w-]*$/.test(text.slice(Math.max(0, from - 2), to)) || text[from] === '-'
  if (
    !isOption &&
    !/^\s*(?:ENV|ARG|setenv|set|SetEnv)(?:[ \t]+-\w+){0,3}[ \t]+$|[ \t]config(?:ure)?[ \t]+(?:set|add)[ \t]+\S*$/.test(
      line,
    ) &&
    !/(?:^|\s)(?:machine|login)\s+\S+\s+(?:\S+\s+){0,3}$/.test(line) &&
    !/^\s*$/.test(line)
  )
    return null
  const isWholeLine = /^[ \t]*\r?(?:\n|$)/.test(text.slice(start + match.length, start + match.length + 40))
  return isOption || isWholeLine ? { start, end: start + match.length, isQuoted: false, isCode: false } : null
}

function withoutQuotes(text: string, from: number, to: number): Value | null {
  for (const { pattern, isCode } of toBare) {
    pattern.lastIndex = to
    const sign = pattern.exec(text)
    if (sign === null) continue
    const start = to + sign[0].length
    if (isShortWord(text, start)) return null
    const value = matchAt(bare, text, start)
    if (value === null) return null
    const end = start + value.length
    return {
      start,
      end: text[end - 1] === '.' ? end - 1 : end,
      isQuoted: false,
      isCode: isCode && !isSetting(text, from, to, end),
    }
  }
  return null
}

/** Whether a line is a name and its value and no more, as in a file of settings, a header or a shell. */
function isSetting(text: string, from: number, to: number, end: number): boolean {
  const behind = text.slice(end, end + 40)
  const line = lineBefore(text, from)
  if (
    !/^(?:[ \t]*(?:[#;].*)?\r?(?:\n|$)|[ \t]+[\w./@-]|\\[nrt]|["']|[;&][A-Za-z\s]|,[ \t]*[\w"'])/.test(behind) &&
    behind !== ''
  )
    return false
  const ends = /^[ \t]*(?:[#;].*)?\r?(?:\n|$)/.test(behind) || /^(?:\\[nrt]|["'])/.test(behind)
  // `NAME=value`, without spaces, may stand in the middle of a line.
  if (
    /^[+-]?[ \t]*(?:(?:export|set|setx|ENV|ARG|SET|declare -x|-e|--env|-D|env)[ \t]+|[-*][ \t]+|[#;][ \t]*|\/\/[ \t]*)?["']?(?:-D)?[\w$.-]*$/.test(
      line,
    )
  )
    return ends || text[to] === '='
  if (/(?:^|[\s"'>;,:=\\])(?:\\[nrt])?[\w.-]*$/.test(line) && text[to] === '=') return true
  return ends && (/["'\s;,>]-?H?[ \t]*["']?[\w-]*$/.test(line) || /[\n\\]n[\w-]*$/.test(line))
}

/** What stands before a place in its line, or the last of it. */
function lineBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - 200), at)
  return before.slice(before.lastIndexOf('\n') + 1)
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}
