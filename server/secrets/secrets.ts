import { randomUUID } from 'node:crypto'
import { SecretId, TeamId, WorkspaceId, errors, secretPlaces } from '@arcx/router'
import type { Owner, SecretPlace, SecretView, SecretsPort, UserActor, SecretInput } from '@arcx/router'
import type { Envelopes } from '@arcx/service-kit/envelopes'
import type { OwnerColumns, Owners } from '../egress/owners.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { placeholderFor } from './placeholder.ts'
import type { SecretRow, SecretStore } from './store.ts'

const secretsPerOwner = 100

export interface SecretsDependencies {
  readonly store: SecretStore
  readonly unitOfWork: UnitOfWork
  readonly envelopes: Envelopes
  readonly owners: Owners
}

/** Keys and tokens that workspaces use and never see. Their values go in here and come out at arc-proxy alone. */
export class Secrets implements SecretsPort {
  readonly #dependencies: SecretsDependencies

  constructor(dependencies: SecretsDependencies) {
    this.#dependencies = dependencies
  }

  async list(actor: UserActor, owner: Owner): Promise<readonly SecretView[]> {
    const whose = await this.#dependencies.owners.require(actor, 'secret.see', owner)
    return (await this.#dependencies.store.list(whose)).map(present)
  }

  async set(actor: UserActor, { owner, name, value, hosts, places }: SecretInput): Promise<SecretView> {
    const { store, unitOfWork, envelopes, owners } = this.#dependencies
    const whose = await owners.require(actor, 'secret.change', owner)
    return unitOfWork(actor, async (unit) => {
      const known = await store.lock(unit, whose)
      const same = known.find((each) => each.name === name)
      if (same === undefined && known.length >= secretsPerOwner) throw errors.secretLimitReached(secretsPerOwner)
      const id = same?.id ?? randomUUID()
      const secret = {
        id,
        name,
        sealed: envelopes.seal(value, id),
        placeholder: placeholderFor(value),
        managedBy: null,
        hosts: [...new Set(hosts)],
        places: [...new Set(places)],
      }
      const row = same === undefined ? await store.insert(unit, whose, secret) : await store.replace(unit, secret)
      unit.record({ action: 'secret.set', target: { kind: 'secret', id, name } })
      return present(row)
    })
  }

  /**
   * Gives a team a secret whose value the server keeps itself. Its placeholder stays, since workspaces that run have it.
   * One of that name that people have set stays theirs.
   */
  async manage(unit: Unit, teamId: TeamId, { name, value, hosts, places }: Omit<SecretInput, 'owner'>): Promise<void> {
    const { store, envelopes } = this.#dependencies
    const whose = { ownerId: null, teamId, workspaceId: null }
    const same = (await store.lock(unit, whose)).find((each) => each.name === name)
    if (same !== undefined && same.managedBy === null) return
    const id = same?.id ?? randomUUID()
    const secret = {
      id,
      name,
      sealed: envelopes.seal(value, id),
      placeholder: same?.placeholder ?? placeholderFor(value),
      managedBy: 'github-app',
      hosts,
      places,
    } as const
    if (same === undefined) await store.insert(unit, whose, secret)
    else await store.replace(unit, secret)
  }

  /** Takes away what `manage` gave. */
  async unmanage(unit: Unit, teamId: TeamId): Promise<void> {
    await this.#dependencies.store.deleteManaged(unit, teamId)
  }

  async grants(
    actor: UserActor,
    id: SecretId,
    hosts: readonly string[],
    places: readonly SecretPlace[],
  ): Promise<SecretView> {
    await this.#requireOne(actor, id)
    const { store, unitOfWork } = this.#dependencies
    return unitOfWork(actor, async (unit) => {
      const row = await store.setUses(unit, id, { hosts: [...new Set(hosts)], places: [...new Set(places)] })
      if (row === null) throw errors.secretNotFound()
      unit.record({ action: 'secret.grants', target: { kind: 'secret', id, name: row.name } })
      return present(row)
    })
  }

  async remove(actor: UserActor, id: SecretId): Promise<void> {
    await this.#requireOne(actor, id)
    const { store, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const name = await store.delete(unit, id)
      if (name === null) throw errors.secretNotFound()
      unit.record({ action: 'secret.remove', target: { kind: 'secret', id, name } })
    })
  }

  /**
   * What a workspace finds in its environment: names and placeholders. A team's workspace has its team's, and no
   * person's; its own come before either.
   */
  async environmentOf(workspace: {
    readonly id: string
    readonly ownerId: string | null
    readonly teamId: string | null
  }): Promise<Readonly<Record<string, string>>> {
    const rows = await this.#dependencies.store.ofWorkspace(workspace)
    const ownLast = rows.toSorted((a, b) => Number(a.workspaceId !== null) - Number(b.workspaceId !== null))
    return Object.fromEntries(ownLast.map(({ name, placeholder }) => [name, placeholder]))
  }

  /** Seals under the current key what another still opens; returns how many. */
  async renewSeals(): Promise<number> {
    const { store, envelopes } = this.#dependencies
    let renewed = 0
    for (const { id, sealed } of await store.allSealed()) {
      if (envelopes.isCurrent(sealed)) continue
      const again = envelopes.renew(sealed, id)
      // Whoever has set another value meanwhile has sealed it with the current key.
      if (again !== null && (await store.sealAgain(id, sealed, again))) renewed += 1
    }
    return renewed
  }

  /** @throws `secret_not_found`, `team_not_found`, `secret_managed`, `forbidden` where it is not the actor's to change. */
  async #requireOne(actor: UserActor, id: SecretId): Promise<void> {
    const row = await this.#dependencies.store.ownerOf(id)
    if (row === null || (row.ownerId !== null && row.ownerId !== actor.userId)) throw errors.secretNotFound()
    await this.#dependencies.owners.require(actor, 'secret.change', ownerOfRow(row))
    if (row.managedBy !== null) throw errors.secretManaged()
  }
}

function ownerOfRow({ teamId, workspaceId }: OwnerColumns): Owner {
  if (workspaceId !== null) return { kind: 'workspace', workspaceId: WorkspaceId.parse(workspaceId) }
  return teamId === null ? { kind: 'self' } : { kind: 'team', teamId: TeamId.parse(teamId) }
}

function present(row: SecretRow): SecretView {
  const { id, teamId, workspaceId, name, placeholder, hosts } = row
  return {
    id: SecretId.parse(id),
    teamId: teamId === null ? null : TeamId.parse(teamId),
    workspaceId: workspaceId === null ? null : WorkspaceId.parse(workspaceId),
    name,
    placeholder,
    hosts,
    places: secretPlaces.filter((place) => row.places.includes(place)),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    managedBy: row.managedBy === 'github-app' ? 'github-app' : null,
  }
}
