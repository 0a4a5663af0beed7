import { matchesHost } from './host.ts'

export interface HostRules {
  readonly fallback: 'open' | 'closed'
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

/** Whether workspaces may reach a host. A denial counts before a permission. */
export function allowsHost({ fallback, allow, deny }: HostRules, host: string): boolean {
  if (deny.some((pattern) => matchesHost(pattern, host))) return false
  return fallback === 'open' || allow.some((pattern) => matchesHost(pattern, host))
}
