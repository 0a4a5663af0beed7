import { errors } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import { FailedAttempts } from '@arcx/service-kit/failed-attempts'
import type { Omitted } from '@arcx/service-kit/failed-attempts'
import type { AuditRecord } from '../audit/audit.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'

const outcome = 'refused:token_wrong'
const visitor = (address: string) => ({ kind: 'service', service: `visitor ${address}` }) as const

/** Refuses tokens that are none, and records it: a few of each address, and of the rest how many there were. */
export class WrongCredentials {
  readonly #unitOfWork: UnitOfWork
  readonly #log: Log
  readonly #attempts = new FailedAttempts((omitted) => this.#omit(omitted))
  #writing: Promise<void> = Promise.resolve()

  constructor(unitOfWork: UnitOfWork, log: Log) {
    this.#unitOfWork = unitOfWork
    this.#log = log
  }

  /** @throws `token_wrong`, or `too_many_requests` where nothing more is recorded one by one. */
  async refuse(action: 'token.use' | 'internal.use', address: string): Promise<never> {
    const tried = this.#attempts.take(address)
    if (tried.kind === 'over') throw errors.tooManyRequests(tried.retryAfterSeconds)
    await this.#record(address, { action, outcome })
    throw errors.tokenWrong()
  }

  async close(): Promise<void> {
    this.#attempts.close()
    await this.#writing
  }

  #omit({ address, count }: Omitted): void {
    this.#writing = this.#writing
      .then(() =>
        this.#record(address, {
          action: 'token.use',
          target: { kind: 'omitted', name: `${count} more` },
          outcome,
        }),
      )
      .catch((error: unknown) => this.#log.warn({ err: error, address, count }, 'wrong tokens are not on record'))
  }

  #record(address: string, record: Omit<AuditRecord, 'actor'>): Promise<void> {
    return this.#unitOfWork(visitor(address), async (unit) => unit.record(record))
  }
}
