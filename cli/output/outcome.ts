import type { EgressCall, EgressReason } from '@arcx/router'

const words: Readonly<Record<EgressReason, string>> = {
  leak_attempted: 'Secret blocked: host not allowed',
  host_refused: 'Host blocked',
  address_refused: 'Private address blocked',
  name_unknown: 'DNS lookup failed',
  upstream_failed: 'Connection failed',
  upstream_silent: 'Timed out',
  key_misplaced: 'Key of another service blocked',
  rate_exceeded: 'Too many requests per minute',
  bytes_exceeded: 'Too many MB per hour',
  secret_withdrawn: 'Secret was deleted or its hosts changed',
  program_gone: 'Program disconnected',
}

/** What became of a call, for a person, in the words of the page; `--json` has it as arc-proxy recorded it. */
export function outcomeInWords({ outcome, status }: Pick<EgressCall, 'outcome' | 'status'>): string {
  if (outcome === 'passed') return String(status ?? '')
  if (outcome === 'open') return 'In progress'
  const [kind, code = ''] = outcome.split(':')
  if (kind === 'interrupted') return 'Interrupted'
  const known: string | undefined = words[code as EgressReason]
  const reason = known ?? code.replaceAll('_', ' ')
  return kind === 'cut' ? `Cut off: ${reason}` : reason
}
