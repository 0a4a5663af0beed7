import type { EgressCall, EgressPort, UserActor, WorkspaceId } from '@arcx/router'
import type { Database } from '@arcx/database'

/** What workspaces did outside, as arc-proxy has recorded it. */
export class Egress implements EgressPort {
  readonly #database: Database
  /** @throws where the actor may not see it. */
  readonly #requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>

  constructor(database: Database, requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>) {
    this.#database = database
    this.#requireWorkspace = requireWorkspace
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
