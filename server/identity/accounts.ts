import { z } from 'zod'
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
import type { JobKind } from '../jobs/job.ts'
import { untilDone } from '../jobs/jobs.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { PersonStore } from './person-store.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

const lookMs = 1000
const service: ServiceActor = { kind: 'service', service: 'accounts' }

const removeAccount: JobKind<{ userId: UserId }> = {
  name: 'accounts.remove',
  input: z.object({ userId: UserId }),
  keyOf: ({ userId }) => userId,
}

export interface AccountDependencies {
  readonly people: PersonStore
  readonly unitOfWork: UnitOfWork
  /** For what nobody waits for, and takes many rows along. */
  readonly backgroundWork: UnitOfWork
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly jobs: Jobs
  workspacesOf(actor: SessionActor): Promise<readonly Workspace[]>
  /** Begins the removal of all that somebody owns; returns how many are not gone yet. */
  removeWorkspaces(actor: Actor, ownerId: UserId): Promise<number>
  /** Takes somebody out of all teams, within the unit. */
  departTeams(unit: Unit, userId: UserId): Promise<void>
  recordOf(actorId: string): AsyncIterable<AuditEntryView>
}

/** A person's account as a whole: taking it along, and leaving. */
export class Accounts implements AccountPort {
  readonly #dependencies: AccountDependencies

  constructor(dependencies: AccountDependencies) {
    this.#dependencies = dependencies
    dependencies.jobs.handle(removeAccount, ({ userId }, { signal }) => this.#remove(userId, signal))
  }

  /** Of accounts that a version without jobs began to remove. Once jobs are started. */
  async resumeRemovals(): Promise<void> {
    const { people, backgroundWork, jobs } = this.#dependencies
    for (const userId of await people.leaving())
      await backgroundWork(service, (unit) => jobs.enqueue(unit, removeAccount, { userId }))
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
    const { people, sessions, tokens, departTeams, jobs, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const leaving = await people.leave(unit, userId)
      if (leaving === undefined) throw errors.userNotFound()
      await tokens.removeWithin(unit, userId)
      await departTeams(unit, userId)
      await sessions.endWithin(unit, userId)
      unit.record({ action: 'user.leave', target: { kind: 'user', id: userId, name: leaving.login } })
      unit.afterCommit(() => sessions.forget())
      await jobs.enqueue(unit, removeAccount, { userId })
    })
  }

  async #remove(userId: UserId, signal: AbortSignal): Promise<void> {
    const { backgroundWork, people, removeWorkspaces } = this.#dependencies
    if (!(await people.leaving()).includes(userId)) return
    await untilDone(async () => (await removeWorkspaces(service, userId)) === 0, lookMs, signal)
    await backgroundWork(service, async (unit) => {
      const removed = await people.removeLeaving(unit, userId)
      if (removed !== null)
        unit.record({ action: 'user.removed', target: { kind: 'user', id: userId, name: removed.login } })
    })
  }
}
