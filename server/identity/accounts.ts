import { errors } from '@arcx/router'
import type {
  AccountExport,
  AccountPort,
  Actor,
  Administrator,
  AuditEntryView,
  ServiceActor,
  SessionActor,
  UserId,
  Workspace,
} from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { PersonStore } from './person-store.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

const sweepMs = 5000
const service: ServiceActor = { kind: 'service', service: 'accounts' }

export interface AccountDependencies {
  readonly people: PersonStore
  readonly unitOfWork: UnitOfWork
  /** For what nobody waits for, and takes many rows along. */
  readonly backgroundWork: UnitOfWork
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly log: Log
  workspacesOf(actor: SessionActor): Promise<readonly Workspace[]>
  /** Begins the removal of all that somebody owns; returns how many are not gone yet. */
  removeWorkspaces(actor: Actor, ownerId: UserId): Promise<number>
  /** Takes somebody out of all teams, within the unit. */
  departTeams(unit: Unit, userId: UserId): Promise<void>
  recordOf(actorId: string): AsyncIterable<AuditEntryView>
}

/** A person's account as a whole: taking it along, and leaving. Whatever a crash cuts off is driven on by the sweep. */
export class Accounts implements AccountPort {
  readonly #dependencies: AccountDependencies
  readonly #timer: NodeJS.Timeout
  #sweeping: Promise<void> = Promise.resolve()

  constructor(dependencies: AccountDependencies) {
    this.#dependencies = dependencies
    this.#timer = setInterval(() => this.#sweep(), sweepMs)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async export(actor: SessionActor): Promise<AccountExport> {
    const { people, sessions, tokens } = this.#dependencies
    const user = await people.account(actor.userId)
    const record: AuditEntryView[] = []
    for await (const entry of this.#dependencies.recordOf(actor.userId)) record.push(entry)
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
      workspaces: await this.#dependencies.workspacesOf(actor),
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
    const { people, sessions, tokens, departTeams, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const leaving = await people.leave(unit, userId)
      if (leaving === undefined) throw errors.userNotFound()
      await tokens.removeWithin(unit, userId)
      await departTeams(unit, userId)
      await sessions.endWithin(unit, userId)
      unit.record({ action: 'user.leave', target: { kind: 'user', id: userId, name: leaving.login } })
      unit.afterCommit(() => sessions.forget())
    })
    this.#sweep()
  }

  #sweep(): void {
    this.#sweeping = this.#sweeping
      .then(() => this.#finish())
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error }, 'an account that leaves stays for now'))
  }

  async #finish(): Promise<void> {
    const { backgroundWork, people, removeWorkspaces } = this.#dependencies
    for (const { id, login } of await people.leaving()) {
      if ((await removeWorkspaces(service, id)) > 0) continue
      await backgroundWork(service, async (unit) => {
        if (await people.removeLeaving(unit, id))
          unit.record({ action: 'user.removed', target: { kind: 'user', id, name: login } })
      })
    }
  }
}
