import { matchesHost } from './host.ts'

export interface HostRules {
  readonly fallback: 'open' | 'closed'
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

/** Which rule keeps workspaces from a host: one that denies it, or that none allows it. */
export type HostDenial = { readonly kind: 'denied'; readonly pattern: string } | { readonly kind: 'not_allowed' }

/** `null` where workspaces may reach a host. A denial counts before a permission. */
export function denialOf({ fallback, allow, deny }: HostRules, host: string): HostDenial | null {
  const pattern = deny.find((each) => matchesHost(each, host))
  if (pattern !== undefined) return { kind: 'denied', pattern }
  return fallback === 'open' || allow.some((each) => matchesHost(each, host)) ? null : { kind: 'not_allowed' }
}
