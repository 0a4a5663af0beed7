import type { Administrator } from '../admin/port.ts'
import type { SessionActor } from '../actor.ts'
import type { UserId } from '../ids.ts'
import type { ApiToken } from '../tokens/token.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import type { AuditEntryView } from '../audit/port.ts'
import type { SessionView } from '../auth/port.ts'

/** Everything that arcx holds of a person, apart from what lies in their workspaces' homes. */
export interface AccountExport {
  readonly exportedAt: string
  readonly account: {
    readonly id: UserId
    readonly login: string
    readonly name: string
    readonly email: string | null
    readonly githubId: number | null
    readonly role: string
    readonly tier: string
    readonly createdAt: string
  }
  readonly sessions: readonly SessionView[]
  readonly tokens: readonly ApiToken[]
  readonly workspaces: readonly Workspace[]
  /** What they did, oldest first. */
  readonly record: readonly AuditEntryView[]
}

export interface AccountPort {
  export(actor: SessionActor): Promise<AccountExport>
  /**
   * Deletes the account with all it owns: shut out at once, gone once its workspaces are. What others hold of the record
   * stays. @throws `login_mismatch` unless `login` is the actor's own.
   */
  remove(actor: SessionActor, login: string): Promise<void>
  /** The same, of somebody, by whoever runs the server. */
  removeFor(actor: Administrator, userId: UserId): Promise<void>
}
