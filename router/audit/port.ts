/** One line of what an actor did. */
export interface AuditEntryView {
  readonly id: string
  readonly at: string
  readonly actorKind: string
  readonly actorId: string
  readonly action: string
  readonly targetKind: string | null
  readonly targetId: string | null
  readonly targetName: string | null
  readonly address: string | null
  readonly requestId: string | null
  readonly outcome: string
  /** Hexadecimal; null for entries from before the chain. */
  readonly hash: string | null
}

/** The same for a person to read: the name stands beside what the chain holds. */
export interface NamedAuditEntry extends AuditEntryView {
  /** A person's login now; else the actor's id. */
  readonly actorName: string
  /** What was recorded as the target's name; else what it is called now, else its id. */
  readonly targetLabel: string | null
}

export interface AuditFilter {
  /** An action such as `workspace.create`, or a noun such as `workspace` for all of its. */
  readonly action?: string | undefined
  readonly actorId?: string | undefined
  readonly targetId?: string | undefined
  /** ISO 8601; from this moment on. */
  readonly since?: string | undefined
  /** ISO 8601; before this moment. */
  readonly until?: string | undefined
}

export type AuditVerdict =
  | { readonly kind: 'whole'; readonly entries: number; readonly head: string }
  | { readonly kind: 'broken'; readonly id: string; readonly why: 'changed' | 'missing before it' }

export interface AuditPort {
  /** Newest first, those before the id `before`. */
  page(filter: AuditFilter, before: string | undefined, limit: number): Promise<readonly NamedAuditEntry[]>
  /** All that fit, oldest first. */
  all(filter: AuditFilter): AsyncIterable<AuditEntryView>
  verify(): Promise<AuditVerdict>
}
