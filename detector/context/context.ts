import { knownExample } from '../specific.ts'
import type { Found } from '../specific.ts'
import { argumentAt, isPlainTaker } from './command.ts'
import { kindOf } from './name.ts'
import type { Kind } from './name.ts'
import { isSecret } from './shape.ts'
import { findUserInfo } from './user-info.ts'
import { valueBehind } from './value.ts'

/** Behind every rule of an issuer's. */
const rank = 10_000
const mostOfName = 80

export interface InContext {
  readonly found: Found[]
  /** Pairs of beginning and end, in order, apart from one another: where there is more to look at. */
  readonly spans: readonly number[]
}

/** What stands behind names that say secret: in an assignment, a header, an address, a key of JSON or of YAML. */
export function findInContext(text: string, names: readonly number[], length: number): InContext {
  const found: Found[] = []
  const spans: number[] = []
  const look = (from: number, to: number) => {
    const begin = Math.max(0, from)
    if (spans.length > 0 && (spans.at(-1) ?? 0) >= begin)
      spans[spans.length - 1] = Math.max(spans.at(-1) ?? 0, Math.min(length, to))
    else spans.push(begin, Math.min(length, to))
  }
  let done = 0
  for (const at of names) {
    if (text.charCodeAt(at) === 58) {
      const secret = findUserInfo(text, at)
      if (secret === null) continue
      look(secret.from - 40, secret.end + 100)
      if (secret.isSecret) found.push({ rule: 'connection-string', start: secret.start, end: secret.end, rank })
      continue
    }
    const argument = argumentAt(text, at)
    if (argument !== null) {
      const { start, end, kind } = argument
      const secret = text.slice(start, end)
      look(at - 40, end + 64)
      if (!knownExample.test(secret) && isSecret(kind, secret, true))
        found.push({ rule: 'secret-by-place', start, end, rank })
    }
    if (isPlainTaker(text, at)) continue
    if (isBeginning(text, at)) {
      look(at - 20, at + 300)
      continue
    }
    if (at < done) continue
    const [from, to] = nameAround(text, at)
    done = to
    if (to - from === 4 && (text.charCodeAt(at) | 32) === 99 && /^curl$/i.test(text.slice(from, to))) {
      look(from, from + 300)
      continue
    }
    if (text.startsWith('-----', to)) {
      look(from - 40, to + 20)
      continue
    }
    const value = valueBehind(text, from, to)
    if (value === null) continue
    const named = kindOf(text.slice(from, to))
    const kind = named !== null && value.isPair === true ? 'password' : named
    const secret = text.slice(value.start, value.end)
    if (/[\d!@#$%^&*+]/.test(secret)) look(from - 120, value.end + 64)
    if (kind !== null && isTaken(kind, secret, value) && !isChecksum(text.slice(from, to), secret))
      found.push({ rule: 'secret-by-name', start: value.start, end: value.end, rank })
  }
  return { found, spans }
}

/** Of packages whose names end with what is no more than part of a name, as `FirebaseAuth`. */
const isChecksum = (name: string, secret: string): boolean =>
  /[a-z]Auth$/.test(name) && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(secret)

function isTaken(
  kind: Kind,
  secret: string,
  { isQuoted, isCode }: { readonly isQuoted: boolean; readonly isCode: boolean },
): boolean {
  // Where a program may stand, what has no quotes is a name of the program's.
  return (isQuoted || !isCode) && !knownExample.test(secret) && isSecret(kind, secret, isQuoted)
}

/** Whether a key begins here that its issuer's rule knows. */
function isBeginning(text: string, at: number): boolean {
  beginning.lastIndex = at
  const code = text.charCodeAt(at)
  return (code === 103 || code === 100 || code === 71 || code === 76 || code === 65) && beginning.test(text)
}

const beginning = /gl[a-z]{2,5}-|dckr_|GOCSPX-|LTAI|A(?:[KSB]IA|CCA)/y

/** The whole name of which a part is at a place. */
function nameAround(text: string, at: number): readonly [from: number, to: number] {
  let from = at
  while (from > 0 && at - from < mostOfName && isOfName(text.charCodeAt(from - 1), true)) from -= 1
  let to = at + 3
  while (to < text.length && to - at < mostOfName && isOfName(text.charCodeAt(to), false)) to += 1
  return [from, to]
}

/** Letters, digits, `_`, `-`, and on the left `.` and `$`. */
const isOfName = (code: number, isLeft: boolean): boolean =>
  (code > 96 && code < 123) ||
  (code > 64 && code < 91) ||
  (code > 47 && code < 58) ||
  code === 95 ||
  code === 45 ||
  (isLeft && (code === 46 || code === 36))
