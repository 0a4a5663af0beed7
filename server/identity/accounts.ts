import { UserId, errors } from '@arcx/router'
import type {
  AccountExport,
  AccountPort,
  Actor,
  Administrator,
  AuditEntryView,
  ServiceActor,
  SessionActor,
  Workspace,
} from '@arcx/router'
import type { Database, Transaction } from '@arcx/database'
import type { Log } from '@arcx/service-kit/log'
import { recordAudit } from '../audit/audit.ts'
import type { AuditRecord } from '../audit/audit.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

const sweepMs = 5000
const service: ServiceActor = { kind: 'service', service: 'accounts' }

export interface AccountNeeds {
  readonly database: Database
  /** For what nobody waits for, and takes many rows along. */
  readonly background: Database
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly log: Log
  workspacesOf(actor: SessionActor): Promise<readonly Workspace[]>
  /** Begins the removal of all that somebody owns; returns how many are not gone yet. */
  removeWorkspaces(actor: Actor, ownerId: UserId): Promise<number>
  /** Takes somebody out of all teams, within the transaction; returns what is to be recorded, behind all locks on rows. */
  departTeams(transaction: Transaction, actor: Actor, userId: UserId): Promise<readonly AuditRecord[]>
  recordOf(actorId: string): AsyncIterable<AuditEntryView>
}

/** A person's account as a whole: taking it along, and leaving. Whatever a crash cuts off is driven on by the sweep. */
export class Accounts implements AccountPort {
  readonly #needs: AccountNeeds
  readonly #timer: NodeJS.Timeout
  #sweeping: Promise<void> = Promise.resolve()

  constructor(needs: AccountNeeds) {
    this.#needs = needs
    this.#timer = setInterval(() => this.#sweep(), sweepMs)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async export(actor: SessionActor): Promise<AccountExport> {
    const { database, sessions, tokens } = this.#needs
    const user = await database.selectFrom('User').selectAll().where('id', '=', actor.userId).executeTakeFirstOrThrow()
    const record: AuditEntryView[] = []
    for await (const entry of this.#needs.recordOf(actor.userId)) record.push(entry)
    return {
      exportedAt: new Date().toISOString(),
      account: {
        id: actor.userId,
        login: user.login,
        name: user.name,
        email: user.email,
        githubId: user.githubId === null ? null : Number(user.githubId),
        role: user.role,
        tier: user.tier,
        createdAt: user.createdAt.toISOString(),
      },
      sessions: await sessions.list(actor),
      tokens: await tokens.list(actor),
      workspaces: await this.#needs.workspacesOf(actor),
      record,
    }
  }

  async remove(actor: SessionActor, login: string): Promise<void> {
    if (login !== actor.login) throw errors.loginMismatch(actor.login)
    await this.#leave(actor, actor.userId)
  }

  async removeFor(actor: Administrator, userId: UserId): Promise<void> {
    if (actor.kind === 'user' && actor.userId === userId) throw errors.lastAdmin()
    await this.#leave(actor, userId)
  }

  async #leave(actor: SessionActor | Administrator, userId: UserId): Promise<void> {
    const { database, sessions } = this.#needs
    await database.transaction().execute(async (transaction) => {
      const leaving = await transaction
        .updateTable('User')
        .set({ standing: 'leaving' })
        .where('id', '=', userId)
        .returning('login')
        .executeTakeFirst()
      if (leaving === undefined) throw errors.userNotFound()
      await this.#needs.tokens.closeWithin(transaction, userId)
      await transaction.deleteFrom('ApiToken').where('userId', '=', userId).execute()
      const departures = await this.#needs.departTeams(transaction, actor, userId)
      await sessions.endWithin(transaction, actor, userId, {})
      for (const record of departures) await recordAudit(transaction, record)
      await recordAudit(transaction, {
        actor,
        action: 'user.leave',
        target: { kind: 'user', id: userId, name: leaving.login },
        outcome: 'ok',
      })
    })
    sessions.changed()
    this.#sweep()
  }

  #sweep(): void {
    this.#sweeping = this.#sweeping
      .then(() => this.#finish())
      .catch((error: unknown) => this.#needs.log.warn({ err: error }, 'an account that leaves stays for now'))
  }

  async #finish(): Promise<void> {
    const { background, database, removeWorkspaces } = this.#needs
    const rows = await database.selectFrom('User').select(['id', 'login']).where('standing', '=', 'leaving').execute()
    for (const { id, login } of rows) {
      if ((await removeWorkspaces(service, UserId.parse(id))) > 0) continue
      await background.transaction().execute(async (transaction) => {
        const gone = await transaction
          .deleteFrom('User')
          .where('id', '=', id)
          .where('standing', '=', 'leaving')
          .executeTakeFirst()
        if (gone.numDeletedRows > 0n)
          await recordAudit(transaction, {
            actor: service,
            action: 'user.removed',
            target: { kind: 'user', id, name: login },
            outcome: 'ok',
          })
      })
    }
  }
}
