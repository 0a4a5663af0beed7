import { randomUUID } from 'node:crypto'
import { SecretId, TeamId, WorkspaceId, errors, secretPlaces } from '@arcx/router'
import type { Holder, SecretPlace, SecretView, SecretsPort, UserActor, WantedSecret } from '@arcx/router'
import type { Database, Transaction } from '@arcx/database'
import type { Envelopes } from '@arcx/service-kit/envelopes'
import { recordAudit } from '../audit/audit.ts'
import type { HolderColumns, Holders } from '../egress/holders.ts'
import { placeholderFor } from './placeholder.ts'

const perHolder = 100

export interface SecretsNeeds {
  readonly database: Database
  readonly envelopes: Envelopes
  readonly holders: Holders
}

interface Row {
  readonly id: string
  readonly teamId: string | null
  readonly workspaceId: string | null
  readonly name: string
  readonly placeholder: string
  readonly hosts: readonly string[]
  readonly places: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Keys and tokens that workspaces use and never see. Their values go in here and come out at arc-proxy alone. */
export class Secrets implements SecretsPort {
  readonly #needs: SecretsNeeds

  constructor(needs: SecretsNeeds) {
    this.#needs = needs
  }

  async list(actor: UserActor, holder: Holder): Promise<readonly SecretView[]> {
    const whose = await this.#needs.holders.require(actor, 'secret.see', holder)
    const query = this.#needs.database
      .selectFrom('Secret')
      .select(['id', 'teamId', 'workspaceId', 'name', 'placeholder', 'hosts', 'places', 'createdAt', 'updatedAt'])
      .orderBy('name')
    const rows = await query
      .where((where) =>
        where.or([
          where('ownerId', '=', whose.ownerId),
          where('teamId', '=', whose.teamId),
          where('workspaceId', '=', whose.workspaceId),
        ]),
      )
      .execute()
    return rows.map(present)
  }

  async set(actor: UserActor, { holder, name, value, hosts, places }: WantedSecret): Promise<SecretView> {
    const whose = await this.#needs.holders.require(actor, 'secret.change', holder)
    const row = await this.#needs.database.transaction().execute(async (transaction) => {
      await lockHolder(transaction, whose)
      const query = transaction.selectFrom('Secret').select(['id', 'name'])
      const known = await query
        .where((where) =>
          where.or([
            where('ownerId', '=', whose.ownerId),
            where('teamId', '=', whose.teamId),
            where('workspaceId', '=', whose.workspaceId),
          ]),
        )
        .execute()
      const same = known.find((each) => each.name === name)
      if (same === undefined && known.length >= perHolder) throw errors.secretLimitReached(perHolder)
      const id = same?.id ?? randomUUID()
      const fields = {
        sealed: this.#needs.envelopes.seal(value, id),
        placeholder: placeholderFor(value),
        hosts: [...new Set(hosts)],
        places: [...new Set(places)],
        updatedAt: new Date(),
      }
      const kept =
        same === undefined
          ? await transaction
              .insertInto('Secret')
              .values({ id, ...whose, name, ...fields })
              .returningAll()
              .executeTakeFirstOrThrow()
          : await transaction
              .updateTable('Secret')
              .set(fields)
              .where('id', '=', id)
              .returningAll()
              .executeTakeFirstOrThrow()
      await recordAudit(transaction, {
        actor,
        action: 'secret.set',
        target: { kind: 'secret', id, name },
        outcome: 'ok',
      })
      return kept
    })
    return present(row)
  }

  async grants(
    actor: UserActor,
    id: SecretId,
    hosts: readonly string[],
    places: readonly SecretPlace[],
  ): Promise<SecretView> {
    await this.#requireOne(actor, id)
    const row = await this.#needs.database.transaction().execute(async (transaction) => {
      const fields = { hosts: [...new Set(hosts)], places: [...new Set(places)], updatedAt: new Date() }
      const changed = await transaction
        .updateTable('Secret')
        .set(fields)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      if (changed === undefined) throw errors.secretNotFound()
      await recordAudit(transaction, {
        actor,
        action: 'secret.grants',
        target: { kind: 'secret', id, name: changed.name },
        outcome: 'ok',
      })
      return changed
    })
    return present(row)
  }

  async remove(actor: UserActor, id: SecretId): Promise<void> {
    await this.#requireOne(actor, id)
    await this.#needs.database.transaction().execute(async (transaction) => {
      const gone = await transaction.deleteFrom('Secret').where('id', '=', id).returning('name').executeTakeFirst()
      if (gone === undefined) throw errors.secretNotFound()
      await recordAudit(transaction, {
        actor,
        action: 'secret.remove',
        target: { kind: 'secret', id, name: gone.name },
        outcome: 'ok',
      })
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
    const rows = await this.#needs.database
      .selectFrom('Secret')
      .select(['name', 'placeholder', 'workspaceId'])
      .where((where) =>
        where.or([
          workspace.teamId === null ? where('ownerId', '=', workspace.ownerId) : where('teamId', '=', workspace.teamId),
          where('workspaceId', '=', workspace.id),
        ]),
      )
      .execute()
    const ownLast = rows.toSorted((a, b) => Number(a.workspaceId !== null) - Number(b.workspaceId !== null))
    return Object.fromEntries(ownLast.map(({ name, placeholder }) => [name, placeholder]))
  }

  /** Seals under the current key what another still opens; returns how many. */
  async renewSeals(): Promise<number> {
    const rows = await this.#needs.database.selectFrom('Secret').select(['id', 'sealed']).execute()
    let renewed = 0
    for (const { id, sealed } of rows) {
      if (this.#needs.envelopes.isCurrent(sealed)) continue
      const again = this.#needs.envelopes.renew(sealed, id)
      if (again === null) continue
      // Whoever has set another value meanwhile has sealed it with the current key.
      const { numUpdatedRows } = await this.#needs.database
        .updateTable('Secret')
        .set({ sealed: again })
        .where('id', '=', id)
        .where('sealed', '=', sealed)
        .executeTakeFirst()
      renewed += Number(numUpdatedRows)
    }
    return renewed
  }

  /** @throws `secret_not_found`, `team_not_found`, `forbidden` where it is not the actor's to change. */
  async #requireOne(actor: UserActor, id: SecretId): Promise<void> {
    const row = await this.#needs.database
      .selectFrom('Secret')
      .select(['ownerId', 'teamId', 'workspaceId'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined || (row.ownerId !== null && row.ownerId !== actor.userId)) throw errors.secretNotFound()
    await this.#needs.holders.require(actor, 'secret.change', holderOfRow(row))
  }
}

function holderOfRow({ teamId, workspaceId }: HolderColumns): Holder {
  if (workspaceId !== null) return { kind: 'workspace', workspaceId: WorkspaceId.parse(workspaceId) }
  return teamId === null ? { kind: 'self' } : { kind: 'team', teamId: TeamId.parse(teamId) }
}

/** The holder's row keeps two at once apart. */
async function lockHolder(transaction: Transaction, { ownerId, teamId, workspaceId }: HolderColumns): Promise<void> {
  if (ownerId !== null)
    await transaction.selectFrom('User').select('id').where('id', '=', ownerId).forUpdate().execute()
  if (teamId !== null) await transaction.selectFrom('Team').select('id').where('id', '=', teamId).forUpdate().execute()
  if (workspaceId !== null)
    await transaction.selectFrom('Workspace').select('id').where('id', '=', workspaceId).forUpdate().execute()
}

function present(row: Row): SecretView {
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
  }
}
