/** The server and the origin of a workspace's page. */
export interface WorkspaceSite {
  readonly server: string
  /** The origin of the workspace’s own host. */
  readonly workspace: string
  readonly name: string
}

/** What to do about a navigation or redirect of a workspace's page. */
export type NavigationDecision =
  | { readonly kind: 'stay' }
  /** The gateway wants to know who this is: `browser` is the hash that it set its own cookie for. */
  | { readonly kind: 'enter'; readonly to: string; readonly browser: string }
  /** It is not running. */
  | { readonly kind: 'resting'; readonly to: string }
  | { readonly kind: 'launcher' }
  | { readonly kind: 'browser'; readonly url: string }
  | { readonly kind: 'refused' }

/** Hosts are compared whole; what is neither the workspace nor a web page elsewhere is refused. */
export function decideNavigation(address: string, site: WorkspaceSite): NavigationDecision {
  const url = address.length > 8000 ? null : URL.parse(address)
  if (url === null) return { kind: 'refused' }
  if (url.origin === site.workspace) return { kind: 'stay' }
  if (url.origin === site.server) {
    const to = ownPath(url.searchParams.get('to'), site.workspace)
    const browser = url.searchParams.get('browser') ?? ''
    if (url.pathname === '/auth/workspace')
      return url.searchParams.get('name') === site.name && /^[\w-]{43}$/.test(browser)
        ? { kind: 'enter', to, browser }
        : { kind: 'refused' }
    if (url.pathname === `/open/${site.name}`) return { kind: 'resting', to }
    return { kind: 'launcher' }
  }
  const web = webAddress(address)
  return web === null ? { kind: 'refused' } : { kind: 'browser', url: web }
}

/** What may be opened in the system's browser, or by its mail program; null for all else. */
export function webAddress(address: string): string | null {
  const url = address.length > 8000 ? null : URL.parse(address)
  return url !== null &&
    ['http:', 'https:', 'mailto:'].includes(url.protocol) &&
    url.username === '' &&
    url.password === ''
    ? url.href
    : null
}

/**
 * A path on the workspace's host; `/` for what could lead elsewhere. First normalised as a browser does it, then held
 * against the rule, and what was held against it is what is used.
 */
function ownPath(wanted: string | null, origin: string): string {
  if (wanted?.startsWith('/') !== true || wanted.length > 2000) return '/'
  const url = URL.parse(wanted, origin)
  // What begins with two slashes is a host to whoever resolves it next.
  if (url === null || url.origin !== origin || url.pathname.startsWith('//')) return '/'
  return url.pathname + url.search + url.hash
}

const allowed: ReadonlySet<string> = new Set(['clipboard-read', 'clipboard-sanitized-write', 'fullscreen'])

/** What a workspace's page may ask the system for: the clipboard and the whole screen, as its own top page. */
export function mayHave(permission: string, askedBy: string, isTop: boolean, site: WorkspaceSite): boolean {
  return allowed.has(permission) && isTop && URL.parse(askedBy)?.origin === site.workspace
}

/** Limits how many links a page may open in the system's browser within a time. */
export class ExternalLinkLimit {
  readonly #most = 5
  readonly #withinMs = 10_000
  readonly #now: () => number
  #opened: number[] = []

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  take(): boolean {
    const now = this.#now()
    this.#opened = this.#opened.filter((at) => now - at < this.#withinMs)
    if (this.#opened.length >= this.#most) return false
    this.#opened.push(now)
    return true
  }
}

/** A name for a download that stays where downloads go, whatever the page called it. */
export function downloadName(wanted: string): string {
  const plain = wanted
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '')
    .slice(0, 200)
  return plain === '' ? 'download' : plain
}
