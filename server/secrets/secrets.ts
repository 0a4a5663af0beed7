import { randomUUID } from 'node:crypto'
import { SecretId, TeamId, errors } from '@arcx/router'
import type { SecretView, SecretsPort, TeamRole, UserActor, WantedSecret } from '@arcx/router'
import type { Database } from '@arcx/database'
import { seal } from '@arcx/service-kit/sealing'
import { recordAudit } from '../audit/audit.ts'
import { placeholderFor } from './placeholder.ts'

const perHolder = 100
/** Who may change a team's secrets; every member sees their names and placeholders. */
const keepers: ReadonlySet<TeamRole> = new Set<TeamRole>(['owner', 'admin'])

export interface SecretsNeeds {
  readonly database: Database
  readonly key: Buffer
  teamsOf(userId: string): Promise<ReadonlyMap<string, TeamRole>>
}

interface Row {
  readonly id: string
  readonly teamId: string | null
  readonly name: string
  readonly placeholder: string
  readonly hosts: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Keys and tokens that workspaces use and never see. Their values go in here and come out at arc-proxy alone. */
export class Secrets implements SecretsPort {
  readonly #needs: SecretsNeeds

  constructor(needs: SecretsNeeds) {
    this.#needs = needs
  }

  async list(actor: UserActor, teamId: TeamId | null): Promise<readonly SecretView[]> {
    requireScope(actor)
    await this.#requireHolder(actor, teamId, false)
    const query = this.#needs.database.selectFrom('Secret').select(['id', 'teamId', 'name', 'placeholder', 'hosts', 'createdAt', 'updatedAt']).orderBy('name')
    const rows = await (teamId === null ? query.where('ownerId', '=', actor.userId) : query.where('teamId', '=', teamId)).execute()
    return rows.map(present)
  }

  async set(actor: UserActor, { teamId, name, value, hosts }: WantedSecret): Promise<SecretView> {
    requireScope(actor)
    await this.#requireHolder(actor, teamId, true)
    const row = await this.#needs.database.transaction().execute(async (transaction) => {
      const query = transaction.selectFrom('Secret').select(['id', 'name'])
      // The holder's row keeps two at once apart.
      if (teamId === null) await transaction.selectFrom('User').select('id').where('id', '=', actor.userId).forUpdate().execute()
      else await transaction.selectFrom('Team').select('id').where('id', '=', teamId).forUpdate().execute()
      const known = await (teamId === null ? query.where('ownerId', '=', actor.userId) : query.where('teamId', '=', teamId)).execute()
      const same = known.find((each) => each.name === name)
      if (same === undefined && known.length >= perHolder) throw errors.secretLimitReached(perHolder)
      const id = same?.id ?? randomUUID()
      const fields = { sealed: seal(this.#needs.key, value, id), placeholder: placeholderFor(value), hosts: [...new Set(hosts)], updatedAt: new Date() }
      const kept =
        same === undefined
          ? await transaction.insertInto('Secret').values({ id, ownerId: teamId === null ? actor.userId : null, teamId, name, ...fields }).returningAll().executeTakeFirstOrThrow()
          : await transaction.updateTable('Secret').set(fields).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
      await recordAudit(transaction, { actor, action: 'secret.set', target: { kind: 'secret', id, name }, outcome: 'ok' })
      return kept
    })
    return present(row)
  }

  async remove(actor: UserActor, id: SecretId): Promise<void> {
    requireScope(actor)
    const row = await this.#needs.database.selectFrom('Secret').select(['ownerId', 'teamId']).where('id', '=', id).executeTakeFirst()
    if (row === undefined || (row.teamId === null && row.ownerId !== actor.userId)) throw errors.secretNotFound()
    if (row.teamId !== null) await this.#requireHolder(actor, TeamId.parse(row.teamId), true)
    await this.#needs.database.transaction().execute(async (transaction) => {
      const gone = await transaction.deleteFrom('Secret').where('id', '=', id).returning('name').executeTakeFirst()
      if (gone === undefined) throw errors.secretNotFound()
      await recordAudit(transaction, { actor, action: 'secret.remove', target: { kind: 'secret', id, name: gone.name }, outcome: 'ok' })
    })
  }

  /** What a workspace finds in its environment: names and placeholders. A team's workspace has its team's, and no person's. */
  async environmentOf(workspace: { readonly ownerId: string | null; readonly teamId: string | null }): Promise<Readonly<Record<string, string>>> {
    const query = this.#needs.database.selectFrom('Secret').select(['name', 'placeholder'])
    const rows = await (workspace.teamId === null ? query.where('ownerId', '=', workspace.ownerId) : query.where('teamId', '=', workspace.teamId)).execute()
    return Object.fromEntries(rows.map(({ name, placeholder }) => [name, placeholder]))
  }

  async #requireHolder(actor: UserActor, teamId: TeamId | null, isChange: boolean): Promise<void> {
    if (teamId === null) return
    const role = (await this.#needs.teamsOf(actor.userId)).get(teamId)
    if (role === undefined) throw errors.teamNotFound()
    if (isChange && !keepers.has(role)) throw errors.forbidden('change this team’s secrets')
  }
}

function requireScope(actor: UserActor): void {
  if (actor.via === 'session') return
  if (!actor.scopes.includes('secrets')) throw errors.scopeMissing('secrets')
  if (actor.workspaceIds !== null) throw errors.forbidden('do that with a token that is for certain workspaces')
}

function present(row: Row): SecretView {
  const { id, teamId, name, placeholder, hosts } = row
  return { id: SecretId.parse(id), teamId: teamId === null ? null : TeamId.parse(teamId), name, placeholder, hosts, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() }
}
