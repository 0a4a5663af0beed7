import type { Kind } from './name.ts'

export interface Argument {
  readonly start: number
  readonly end: number
  readonly kind: Kind
}

/** A string in a program, or what a program puts in its place. */
const argument = String.raw`(?:"[^"\n]{0,120}"|'[^'\n]{0,120}'|[\w.$>:-]{1,60})`
const value = String.raw`["']?(?<secret>[^\s"'|;]{5,100})`
const options = String.raw`[ \t](?:[^\n|;]{0,150}[ \t])?`
/** A connection or a sign-in, whose second or third argument is the password. */
const call = String.raw`\(\s{0,20}(?:${argument},\s{0,20}){1,2}(?:"(?<secret>[^"\n]{5,100})"|'(?<other>[^'\n]{5,100})')\s{0,20}[,)]`

interface Taker {
  readonly pattern: RegExp
  readonly kind: Kind
  /** What it begins with, where that is more than the name by which it was found. */
  readonly word: string
}

const taker = (kind: Kind, pattern: string, flags = '', word = ''): Taker => ({
  kind,
  pattern: new RegExp(pattern, `dy${flags}`),
  word,
})

/** What takes a secret by its place, by the first letter of the word where it is tried: options of commands, arguments of functions. */
const byFirst: Readonly<Record<string, readonly Taker[]>> = {
  a: [taker('password', `auth${call}`, 'i')],
  c: [
    taker('key', String.raw`curl${options}(?:-u|--user)[ \t=]*["']?(?<secret>[^\s"':$]{16,100}):["']?(?![^\s"'])`),
    taker('password', `credentials?${call}`, 'i'),
  ],
  '-': [taker('password', `->connect${call}`)],
  g: [taker('password', `getConnection${call}`)],
  i: [taker('password', String.raw`IDENTIFIED(?: WITH \S{1,60})? BY '(?<secret>[^'\n]{5,100})'`)],
  l: [
    taker('password', String.raw`login${options}(?:-p|--password)[ \t=]+${value}`),
    taker('password', `login${call}`, 'i'),
  ],
  m: [
    taker('password', String.raw`mysql[a-z]{0,8}${options}-p(?!assword|rotocol|ort|lugin|ager)${value}`),
    taker('password', `mysqli(?:_connect)?${call}`),
  ],
  p: [
    taker(
      'password',
      String.raw`passwd[ \t]+-[a-zA-Z]{0,5}b[a-zA-Z]{0,5}[ \t]+\S{1,100}[ \t]+\S{1,60}[ \t]+${value}`,
      '',
      'passwd',
    ),
  ],
  r: [taker('password', String.raw`redis-cli${options}(?:-a|--pass)[ \t]+${value}`)],
  s: [taker('password', String.raw`smbclient${options}-U[ \t]*["']?[\w.\\-]{1,60}%${value}`)],
}

const takers: readonly (readonly Taker[] | undefined)[] = Array.from(
  { length: 128 },
  (_, code) => byFirst[String.fromCharCode(code).toLowerCase()],
)

/** What stands before the word: `echo "user:…" | chpasswd`. */
const piped = /["']?[\w.-]{1,40}:(?<secret>[^\s"':|]{5,100})["']?[ \t]*\|[ \t]*(?:sudo[ \t]+)?ch$/d

export function argumentAt(text: string, at: number): Argument | null {
  const own = takers[text.charCodeAt(at)]
  if (own === undefined) return null
  for (const { pattern, kind, word } of own) {
    if (!text.startsWith(word, at)) continue
    pattern.lastIndex = at
    const groups = pattern.exec(text)?.indices?.groups
    const place = groups?.['secret'] ?? groups?.['other']
    if (place !== undefined) return { start: place[0], end: place[1], kind }
  }
  if (text[at - 1] !== 'h' || !text.startsWith('passwd', at)) return null
  const from = Math.max(0, at - 200)
  const place = piped.exec(text.slice(from, at))?.indices?.groups?.['secret']
  return place === undefined ? null : { start: from + place[0], end: from + place[1], kind: 'password' }
}

const plainTaker = /mysql|redis-cli|smbclient|login|getConnection|->connect|IDENTIFIED/iy
/** Whether it begins with a character of ASCII, in either case. */
const isPlainFirst: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  /[mrslgi-]/i.test(String.fromCharCode(code)),
)

/** Whether it is a word that names no secret besides. */
export function isPlainTaker(text: string, at: number): boolean {
  if (isPlainFirst[text.charCodeAt(at)] !== true) return false
  plainTaker.lastIndex = at
  return plainTaker.test(text)
}
