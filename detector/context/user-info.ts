import { isTrivial } from './shape.ts'

export interface UserInfo {
  readonly from: number
  readonly start: number
  readonly end: number
  readonly isSecret: boolean
}

const most = 300
const placeholder = /^(?:pass(?:word|wd)?|pwd|secret|token|user(?:name)?|my\w*|your\w*|x+|\*+|\.+|changeme|example\w*|foo|bar|abc|test|<.*|\[.*|%\w+%?|:?[A-Z_]+)$|\$[A-Za-z({]|[{}<>]|\.\.\.|\*\*\*|xxxx|redacted|your|example|placeholder|%[sdv](?:[^0-9a-f]|$)/i

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
    else if (code === 47 || code === 63 || code === 35 || code <= 32 || code === 34 || code === 39 || code === 96 || code === 60 || code === 62 || code === 92 || code === 44) break
  }
  if (colon < 0 || sign < colon) return null
  const secret = text.slice(colon + 1, sign)
  const isHost = /^[a-zA-Z0-9[]/.test(text.slice(sign + 1, sign + 2))
  const scheme = /[a-z][a-z0-9+.-]{1,20}$/i.test(text.slice(Math.max(0, at - 21), at))
  return { from, start: colon + 1, end: sign, isSecret: scheme && isHost && secret.length > 3 && new Set(secret).size > 3 && !placeholder.test(secret) && secret !== text.slice(from, colon) && !isTrivial(decoded(secret)) }
}

function decoded(secret: string): string {
  try {
    return decodeURIComponent(secret)
  } catch {
    return secret
  }
}
