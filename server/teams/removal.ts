import { TeamId } from '@arcx/router'
import type { Actor, ServiceActor } from '@arcx/router'
import type { Database } from '@arcx/database'
import type { Log } from '@arcx/service-kit/log'
import { recordAudit } from '../audit/audit.ts'

const sweepMs = 5000
const service: ServiceActor = { kind: 'service', service: 'teams' }

export interface TeamRemovalNeeds {
  readonly database: Database
  readonly log: Log
  /** Begins the removal of all that a team has; returns how many are not gone yet. */
  removeWorkspaces(actor: Actor, teamId: TeamId): Promise<number>
}

/** Drives teams that are being deleted to their end, whatever a crash cut off. */
export class TeamRemoval {
  readonly #needs: TeamRemovalNeeds
  readonly #timer: NodeJS.Timeout
  #sweeping: Promise<void> = Promise.resolve()

  constructor(needs: TeamRemovalNeeds) {
    this.#needs = needs
    this.#timer = setInterval(() => this.poke(), sweepMs)
  }

  poke(): void {
    this.#sweeping = this.#sweeping
      .then(() => this.#finish())
      .catch((error: unknown) => this.#needs.log.warn({ err: error }, 'a team that is deleted stays for now'))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #finish(): Promise<void> {
    const { database, removeWorkspaces } = this.#needs
    const rows = await database.selectFrom('Team').select(['id', 'name']).where('deletingAt', 'is not', null).execute()
    for (const { id, name } of rows) {
      if ((await removeWorkspaces(service, TeamId.parse(id))) > 0) continue
      await database.transaction().execute(async (transaction) => {
        const gone = await transaction.deleteFrom('Team').where('id', '=', id).executeTakeFirst()
        if (gone.numDeletedRows > 0n)
          await recordAudit(transaction, {
            actor: service,
            action: 'team.removed',
            target: { kind: 'team', id, name },
            outcome: 'ok',
          })
      })
    }
  }
}
