import { wordlikeness } from '../search/wordlike.ts'
import { isSecret, isTrivial } from './shape.ts'

export interface UserInfo {
  readonly from: number
  readonly start: number
  readonly end: number
  readonly isSecret: boolean
}

const most = 300
const placeholder =
  /^(?:pass(?:word|wd)?|pwd|secret|token|user(?:name)?|my[_-]?(?:pass\w*|secret|user|db|pwd|token)|your\w*|x+|\*+|\.+|changeme|example|foo|bar|abc|test|<.*|\[.*|%\w+%?|\$\w+)$|\$[({]|[{}<>]|\.\.\.|\*\*\*|xxxx|redacted|your|example|placeholder|%[sdv](?:[^0-9a-f]|$)/i

/** A password between scheme and host, as RFC 3986, section 3.2.1, has it. @param at where `://` begins */
export function findUserInfo(text: string, at: number): UserInfo | null {
  const from = at + 3
  let colon = -1
  let sign = -1
  const last = Math.min(text.length, from + most)
  for (let place = from; place < last; place += 1) {
    const code = text.charCodeAt(place)
    if (code === 58 && colon < 0) colon = place
    else if (code === 64) sign = place
    // `/`, `?`, `#`, spaces, quotes and brackets end it.
    else if (
      code === 47 ||
      code === 63 ||
      code === 35 ||
      code <= 32 ||
      code === 34 ||
      code === 39 ||
      code === 96 ||
      code === 60 ||
      code === 62 ||
      code === 92 ||
      code === 44
    )
      break
  }
  if (sign < 0) return null
  // A token in place of the user's name.
  const user = text.slice(from, colon < 0 || colon > sign ? sign : colon)
  const rest = colon < 0 || colon > sign ? '' : text.slice(colon + 1, sign)
  if (/^(?:|x-oauth-basic|x|oauth2?|none)$/.test(rest) && user.length >= 16)
    return { from, start: from, end: from + user.length, isSecret: isSecret('key', user, true) }
  if (colon < 0 || colon > sign) return null
  const secret = text.slice(colon + 1, sign)
  const isHost = /^[a-zA-Z0-9[]/.test(text.slice(sign + 1, sign + 2))
  const scheme = /[a-z][a-z0-9+.-]{1,20}$/i.test(text.slice(Math.max(0, at - 21), at))
  return {
    from,
    start: colon + 1,
    end: sign,
    isSecret:
      scheme &&
      isHost &&
      secret.length > 3 &&
      new Set(secret).size > 3 &&
      !placeholder.test(secret) &&
      !isWord(secret) &&
      secret !== text.slice(from, colon) &&
      !isTrivial(decoded(secret)),
  }
}

/** A word, or the name of a constant. */
const isWord = (secret: string): boolean =>
  /^[A-Z_]+$/.test(secret) ||
  (/^[A-Za-z_-]+$/.test(secret) &&
    (secret.match(/[a-z][A-Z]/g)?.length ?? 0) * 5 <= secret.length &&
    wordlikeness(secret.replace(/[_-]/g, '')) > 0.6)

function decoded(secret: string): string {
  try {
    return decodeURIComponent(secret)
  } catch {
    return secret
  }
}
