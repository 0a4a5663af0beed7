import type { UserActor } from '../actor.ts'
import type { SecretId, TeamId } from '../ids.ts'

/** A secret as people see it: never its value, which no one gets back. */
export interface SecretView {
  readonly id: SecretId
  readonly teamId: TeamId | null
  /** The variable in which workspaces find its placeholder. */
  readonly name: string
  readonly placeholder: string
  /** Where it may go, over HTTPS: names, or `*.` and a suffix. */
  readonly hosts: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
}

export interface WantedSecret {
  /** Null for the actor's own. */
  readonly teamId: TeamId | null
  readonly name: string
  readonly value: string
  readonly hosts: readonly string[]
}

export interface SecretsPort {
  list(actor: UserActor, teamId: TeamId | null): Promise<readonly SecretView[]>
  /** Makes it, or gives the one of that name another value and hosts. @throws `secret_limit_reached`, `forbidden`, `team_not_found`. */
  set(actor: UserActor, wanted: WantedSecret): Promise<SecretView>
  /** @throws `secret_not_found`. */
  remove(actor: UserActor, id: SecretId): Promise<void>
}
