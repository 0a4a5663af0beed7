import type { Actor } from '@arcx/router'

export interface AuditRecord {
  readonly actor: Actor
  /** `noun.verb`, such as `workspace.create`. */
  readonly action: string
  readonly target?: { readonly kind: string; readonly id?: string; readonly name?: string }
  /** `ok`, or `refused:` and the error's code. */
  readonly outcome: string
}
