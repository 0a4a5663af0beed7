import type { AuditRecord } from '../audit/audit.ts'

type AuditTarget = NonNullable<AuditRecord['target']>

const mostLetters = 80
/** By what a call says what it is about; the narrower first. */
const ids = ['workspaceId', 'userId', 'inviteId', 'sessionId', 'id', 'teamId'] as const

/** What a refused call was about, as far as it says; it comes from outside and is cut. */
export function targetOf(action: string, input: unknown): AuditTarget | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const kind = action.split('.')[0] ?? action
  const fields: Readonly<Record<string, unknown>> = { ...input }
  const own = fields[`${kind}Id`]
  const id = [own, ...ids.map((name) => fields[name])].find((value) => typeof value === 'string')
  const name = fields['name']
  return {
    kind,
    ...(typeof id === 'string' ? { id: id.slice(0, mostLetters) } : {}),
    ...(typeof name === 'string' ? { name: name.slice(0, mostLetters) } : {}),
  }
}
