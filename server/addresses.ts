/** What a `Host` header names. */
export type HostKind =
  | { readonly kind: 'own' }
  | { readonly kind: 'workspace'; readonly name: string }
  /** This machine by its loopback address: the same service, but cookies belong to the public name. */
  | { readonly kind: 'loopback' }
  | { readonly kind: 'unknown' }

/** Every address that arcx answers to, and how the two kinds are told apart. Hosts are compared whole. */
export class Addresses {
  /** `http://localhost:3000`: the control plane's origin. */
  readonly publicOrigin: string
  /** Whether browsers reach it by TLS. */
  readonly secure: boolean
  readonly #publicHost: string
  readonly #workspaceHost: string
  readonly #loopbackHosts: ReadonlySet<string>

  /** `workspaceDomain`: what workspaces' names stand before; the port and scheme are the public URL's. */
  constructor(publicUrl: string, workspaceDomain: string, port: number) {
    const url = new URL(publicUrl)
    this.publicOrigin = url.origin
    this.secure = url.protocol === 'https:'
    this.#publicHost = url.host
    this.#workspaceHost =
      url.port === '' ? workspaceDomain.toLowerCase() : `${workspaceDomain.toLowerCase()}:${url.port}`
    this.#loopbackHosts = new Set([`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`])
  }

  workspaceOrigin(name: string): string {
    return `${this.secure ? 'https' : 'http'}://${name}.${this.#workspaceHost}`
  }

  classify(hostHeader: string | undefined): HostKind {
    const host = (hostHeader ?? '').toLowerCase().replace(/^([^:[\]]+)\.(:\d+)?$/, '$1$2')
    if (host === this.#publicHost) return { kind: 'own' }
    const ending = `.${this.#workspaceHost}`
    if (host.endsWith(ending)) {
      const name = host.slice(0, -ending.length)
      return /^[a-z0-9-]{1,63}$/.test(name) ? { kind: 'workspace', name } : { kind: 'unknown' }
    }
    return this.#loopbackHosts.has(host) ? { kind: 'loopback' } : { kind: 'unknown' }
  }

  /**
   * A path of our own to go to afterwards, from what a request asks; `/` for anything that could lead elsewhere. First
   * normalised as a browser does it, then held against the rule, and what was held against it is what is used.
   */
  ownPath(wanted: string | undefined): string {
    if (wanted?.startsWith('/') !== true || wanted.length > 2000) return '/'
    const url = URL.parse(wanted, this.publicOrigin)
    // What begins with two slashes is a host to whoever resolves it next.
    if (url === null || url.origin !== this.publicOrigin || url.pathname.startsWith('//')) return '/'
    return url.pathname + url.search + url.hash
  }
}
