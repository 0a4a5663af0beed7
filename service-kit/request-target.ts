/** What a request asks for (RFC 9112, section 3.2), taken apart. */
export type RequestTarget =
  | {
      readonly kind: 'path'
      /** Normalised: no `.` or `..` is left in it. Still percent-encoded. It may begin with several slashes. */
      readonly path: string
      /** With its question mark; empty where there is none. */
      readonly search: string
      readonly query: URLSearchParams
    }
  | { readonly kind: 'invalid' }

const invalid: RequestTarget = { kind: 'invalid' }

/**
 * The only place where a service takes a request's target apart; it never throws. A path (origin-form) is the only form
 * that a server of ours takes: the others are for proxies, and name a host beside the `Host` header.
 */
export function parseTarget(target: string | undefined): RequestTarget {
  if (target?.startsWith('/') !== true) return invalid
  // Behind an authority of our own, not against a base: `//` is a path here, and no host.
  const text = `http://target${target}`
  // The command runs on older Nodes too, which have no `URL.parse`.
  if (!URL.canParse(text)) return invalid
  const url = new URL(text)
  return { kind: 'path', path: url.pathname, search: url.search, query: url.searchParams }
}

/** Percent-decoded; `null` for what is no UTF-8. */
export function decodeComponent(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
