import { randomUUID } from 'node:crypto'
import { errors } from '@arcx/router'
import type { EgressCall, EgressPort, EgressRules, TeamId, TeamRole, UserActor, WorkspaceId } from '@arcx/router'
import type { Database } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'

/** Who may change where a team's workspaces go; every member sees it. */
const keepers: ReadonlySet<TeamRole> = new Set<TeamRole>(['owner', 'admin'])
const unlimited: EgressRules = { fallback: 'open', allow: [], deny: [] }

/** What workspaces did outside, as arc-proxy has recorded it. */
export class Egress implements EgressPort {
  readonly #database: Database
  /** @throws where the actor may not see it. */
  readonly #requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>

  readonly #teamsOf: (userId: string) => Promise<ReadonlyMap<string, TeamRole>>

  constructor(database: Database, teamsOf: (userId: string) => Promise<ReadonlyMap<string, TeamRole>>, requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>) {
    this.#database = database
    this.#teamsOf = teamsOf
    this.#requireWorkspace = requireWorkspace
  }

  async rules(actor: UserActor, teamId: TeamId | null): Promise<EgressRules> {
    await this.#requireHolder(actor, teamId, false)
    const query = this.#database.selectFrom('EgressPolicy').select(['fallback', 'allow', 'deny'])
    return (await (teamId === null ? query.where('ownerId', '=', actor.userId) : query.where('teamId', '=', teamId)).executeTakeFirst()) ?? unlimited
  }

  async setRules(actor: UserActor, teamId: TeamId | null, { fallback, allow, deny }: EgressRules): Promise<EgressRules> {
    if (actor.via === 'token' && !actor.scopes.includes('secrets')) throw errors.scopeMissing('secrets')
    await this.#requireHolder(actor, teamId, true)
    const fields = { fallback, allow: [...new Set(allow)], deny: [...new Set(deny)], updatedAt: new Date() }
    await this.#database.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('EgressPolicy')
        .values({ id: randomUUID(), ownerId: teamId === null ? actor.userId : null, teamId, ...fields })
        .onConflict((conflict) => conflict.column(teamId === null ? 'ownerId' : 'teamId').doUpdateSet(fields))
        .execute()
      await recordAudit(transaction, { actor, action: 'egress.rules', target: { kind: teamId === null ? 'user' : 'team', id: teamId ?? actor.userId }, outcome: 'ok' })
    })
    return this.rules(actor, teamId)
  }

  async #requireHolder(actor: UserActor, teamId: TeamId | null, isChange: boolean): Promise<void> {
    if (teamId === null) return
    const role = (await this.#teamsOf(actor.userId)).get(teamId)
    if (role === undefined) throw errors.teamNotFound()
    if (isChange && !keepers.has(role)) throw errors.forbidden('change where this team’s workspaces may go')
  }

  async calls(actor: UserActor, workspaceId: WorkspaceId, refused: boolean, limit: number): Promise<readonly EgressCall[]> {
    await this.#requireWorkspace(actor, workspaceId)
    let query = this.#database.selectFrom('EgressRecord').selectAll().where('workspaceId', '=', workspaceId).orderBy('at', 'desc').limit(limit)
    if (refused) query = query.where('outcome', '!=', 'passed')
    return (await query.execute()).map(({ at, scheme, host, port, path, bytesUp, bytesDown, id, method, outcome, status, durationMs, secrets, scrubbed }) => ({
      id,
      at: at.toISOString(),
      method,
      url: `${scheme}://${host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}${path}`,
      outcome,
      status,
      bytesUp: Number(bytesUp),
      bytesDown: Number(bytesDown),
      durationMs,
      secrets,
      scrubbed,
    }))
  }
}
