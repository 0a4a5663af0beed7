import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import type { EgressCall, EgressReason } from '@arcx/router'

const words: Readonly<Record<EgressReason, MessageDescriptor>> = {
  leak_attempted: msg`Secret blocked: host not allowed`,
  host_refused: msg`Host blocked`,
  address_refused: msg`Private address blocked`,
  name_unknown: msg`DNS lookup failed`,
  upstream_failed: msg`Connection failed`,
  upstream_silent: msg`Timed out`,
  key_misplaced: msg`Key of another service blocked`,
  rate_exceeded: msg`Too many requests per minute`,
  bytes_exceeded: msg`Too many MB per hour`,
  secret_withdrawn: msg`Secret was deleted or its hosts changed`,
  program_gone: msg`Program disconnected`,
}

/** What became of a call, for a person; the `arcx` command says the same. */
export function outcomeInWords({ outcome, status }: Pick<EgressCall, 'outcome' | 'status'>): string {
  if (outcome === 'passed') return String(status ?? '')
  if (outcome === 'open') return t`In progress`
  const [kind, code = ''] = outcome.split(':')
  if (kind === 'interrupted') return t`Interrupted`
  const known: MessageDescriptor | undefined = words[code as EgressReason]
  const reason = known === undefined ? code.replaceAll('_', ' ') : i18n._(known)
  return kind === 'cut' ? t`Cut off: ${reason}` : reason
}
