import type { UserActor } from '../actor.ts'
import type { Owner } from '../owner.ts'
import type { SecretId, TeamId, WorkspaceId } from '../ids.ts'

/** Where in a request a secret may stand. `aws`: it signs it (AWS Signature Version 4), and is not in it. */
export const secretPlaces = ['header', 'basic', 'address', 'body', 'aws'] as const
export type SecretPlace = (typeof secretPlaces)[number]

/** A secret as people see it: never its value, which no one gets back. */
export interface SecretView {
  readonly id: SecretId
  readonly teamId: TeamId | null
  /** Of a single workspace's. */
  readonly workspaceId: WorkspaceId | null
  /** The variable in which workspaces find its placeholder. */
  readonly name: string
  readonly placeholder: string
  /** Where it may go, over HTTPS: names, or `*.` and a suffix. */
  readonly hosts: readonly string[]
  /** None for anywhere. */
  readonly places: readonly SecretPlace[]
  readonly createdAt: string
  readonly updatedAt: string
  /** Who keeps its value; null where people do. */
  readonly managedBy: 'github-app' | null
}

export interface SecretInput {
  readonly owner: Owner
  readonly name: string
  readonly value: string
  readonly hosts: readonly string[]
  readonly places: readonly SecretPlace[]
}

export interface SecretsPort {
  list(actor: UserActor, owner: Owner): Promise<readonly SecretView[]>
  /** Makes it, or gives the one of that name another value and hosts. @throws `secret_limit_reached`, `forbidden`, `team_not_found`, `workspace_not_found`. */
  set(actor: UserActor, wanted: SecretInput): Promise<SecretView>
  /** Where it may go from now on, its value and placeholder as they are. @throws `secret_not_found`, `secret_managed`, `forbidden`. */
  grants(actor: UserActor, id: SecretId, hosts: readonly string[], places: readonly SecretPlace[]): Promise<SecretView>
  /** @throws `secret_not_found`, `secret_managed`. */
  remove(actor: UserActor, id: SecretId): Promise<void>
}
