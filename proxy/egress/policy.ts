import { matchesHost } from './host.ts'

/** Which hosts workspaces may reach. A denial counts before a permission. */
export class EgressPolicy {
  readonly #fallback: 'open' | 'closed'
  readonly #allow: readonly string[]
  readonly #deny: readonly string[]

  constructor(fallback: 'open' | 'closed', allow: readonly string[], deny: readonly string[]) {
    this.#fallback = fallback
    this.#allow = allow
    this.#deny = deny
  }

  allows(host: string): boolean {
    if (this.#deny.some((pattern) => matchesHost(pattern, host))) return false
    return this.#fallback === 'open' || this.#allow.some((pattern) => matchesHost(pattern, host))
  }
}
