import type { AuditRecord } from '../audit/audit.ts'

type AuditTarget = NonNullable<AuditRecord['target']>

const mostLetters = 80

/** What a refused call was about, as far as it says; it comes from outside and is cut. */
export function targetOf(action: string, input: unknown): AuditTarget | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const fields: Readonly<Record<string, unknown>> = { ...input }
  const text = (field: string): string | undefined => {
    const value = fields[field]
    // Whatever cannot be stored would keep the whole refusal out of the audit log.
    return typeof value === 'string' ? value.slice(0, mostLetters).replaceAll('\0', '\uFFFD') : undefined
  }
  const kind = kindOf(action, text)
  // What is made has no id yet, whatever else is named.
  const id = text(`${kind}Id`) ?? text('id')
  const name = text('name')
  return { kind, ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) }
}

/** Rules are recorded as a change of what they hold for. */
function kindOf(action: string, text: (field: string) => string | undefined): string {
  const [noun = action] = action.split('.')
  if (noun !== 'egress') return noun
  if (text('workspaceId') !== undefined) return 'workspace'
  return text('teamId') === undefined ? 'user' : 'team'
}
