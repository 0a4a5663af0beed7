import { parseCookie, stringifySetCookie } from 'cookie'

export type CookieName = 'arc_session' | 'arc_workspace' | 'arc_entry' | 'arc_oauth'
const names: readonly CookieName[] = ['arc_session', 'arc_workspace', 'arc_entry', 'arc_oauth']

/** Under TLS the prefix makes browsers refuse one that another host planted (RFC 6265bis, section 4.1.3.2). */
const fullName = (name: CookieName, secure: boolean) => (secure ? `__Host-${name}` : name)

export function readCookie(header: string | undefined, name: CookieName, secure: boolean): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[fullName(name, secure)]
}

/** Host-only, HTTP-only, SameSite=Lax. `maxAgeSeconds` 0 removes it. */
export function writeCookie(name: CookieName, value: string, maxAgeSeconds: number, secure: boolean): string {
  return stringifySetCookie({
    name: fullName(name, secure),
    value,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: maxAgeSeconds,
  })
}

export function isOwnCookie(name: string): boolean {
  return names.some((own) => name === own || name === `__Host-${own}` || name === `__Secure-${own}`)
}

/** A `Cookie` header without ours; `undefined` when nothing is left. The rest stays byte for byte. */
export function withoutOwnCookies(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const rest = header.split(';').filter((pair) => !isOwnCookie((pair.split('=')[0] ?? '').trim()))
  return rest.length === 0 ? undefined : rest.join(';').trimStart()
}

/**
 * What a workspace may set: cookies of its own host only. Ours are dropped, and those without a name, of which browsers
 * send the value alone, so that `=arc_session=x` would come back as ours (RFC 6265bis, section 5.8.3). A `Domain` is cut
 * off, with which it would reach its parent and siblings.
 */
export function harmlessSetCookies(values: readonly string[]): string[] {
  return values
    .filter((value) => {
      const [pair = ''] = value.split(';')
      const name = pair.includes('=') ? (pair.split('=')[0] ?? '').trim() : ''
      return name !== '' && !isOwnCookie(name)
    })
    .map((value) =>
      value
        .split(';')
        .filter((attribute, index) => index === 0 || !/^\s*domain\s*(=|$)/i.test(attribute))
        .join(';'),
    )
}
