import { ArcError, errors, refusalOf } from '@arcx/router'
import type { AuthorizationPort, Call, LimitsPort, ServerRight, UserActor } from '@arcx/router'
import { addressKey } from '@arcx/service-kit/connections/client-address'
import type { Log } from '@arcx/service-kit/log'
import { FailedAttempts } from '@arcx/service-kit/failed-attempts'
import type { AuditRecord } from '../audit/audit.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { mayAdminister, requireMayAsk } from './checks.ts'
import { procedures } from './procedures.ts'
import type { Entry } from './procedures.ts'
import { routes } from './routes.ts'
import { targetOf } from './target.ts'

/** Refusals that are recorded one by one, of each who asks and in all; of the rest, how many there were. */
const recorded = { perAddress: 60, inAll: 1000, windowMs: 60_000 }
const entries: Readonly<Record<string, Entry>> = { ...procedures, ...routes }

export interface AuthorizationDependencies {
  readonly unitOfWork: UnitOfWork
  readonly limits: LimitsPort
  readonly log: Log
}

/** What every command and every question goes through: authorised, counted, done, and recorded where it is refused. */
export class Authorization implements AuthorizationPort {
  readonly #dependencies: AuthorizationDependencies
  readonly #refusals = new FailedAttempts(({ address, count }) => this.#omit(address, count), recorded)
  #writing: Promise<void> = Promise.resolve()

  constructor(dependencies: AuthorizationDependencies) {
    this.#dependencies = dependencies
  }

  async perform<T>(call: Call, work: () => Promise<T>): Promise<T> {
    const entry = Object.hasOwn(entries, call.path) ? entries[call.path] : undefined
    if (entry === undefined) throw errors.forbidden(call.path)
    const { actor, origin } = call
    const whose = actor?.kind === 'user' ? actor.userId : addressKey(origin.address)
    try {
      requireMayAsk(actor, entry.operation)
      if (entry.limit !== null) await this.#dependencies.limits.take(entry.limit, whose)
      return await work()
    } catch (error) {
      await this.#refused(entry, call, whose, error)
      throw error
    }
  }

  rightsOf(actor: UserActor): readonly ServerRight[] {
    return mayAdminister(actor) ? ['administer'] : []
  }

  async close(): Promise<void> {
    this.#refusals.close()
    await this.#writing
  }

  /** What is done was recorded together with the change. */
  async #refused({ action }: Entry, { actor, input }: Call, whose: string, error: unknown): Promise<void> {
    if (action === null || actor === null) return
    // tRPC wraps what a procedure throws, and what was not understood is nobody's try.
    const cause = error instanceof Error && error.name === 'TRPCError' ? error.cause : error
    if (cause === undefined || (cause instanceof Error && cause.name === 'ZodError')) return
    const refusal = refusalOf(cause)
    if (refusal?.code === 'too_many_requests' || this.#refusals.take(whose).kind === 'over') return
    const target = targetOf(action, await input().catch(() => undefined))
    await this.#write({
      actor,
      action,
      ...(target === undefined ? {} : { target }),
      outcome: cause instanceof ArcError ? `refused:${cause.code}` : 'failed',
    })
  }

  #omit(whose: string, count: number): void {
    this.#writing = this.#writing.then(() =>
      this.#write({
        actor: { kind: 'service', service: 'authorization' },
        action: 'command.refused',
        target: { kind: 'omitted', id: whose, name: `${count} more` },
        outcome: 'refused',
      }),
    )
  }

  /** The refusal itself is told to whoever asked, also where it cannot be recorded. */
  async #write(record: AuditRecord): Promise<void> {
    try {
      await this.#dependencies.unitOfWork(record.actor, async (unit) => unit.record(record))
    } catch (error) {
      this.#dependencies.log.warn({ err: error, action: record.action }, 'a refusal is not in the audit log')
    }
  }
}
