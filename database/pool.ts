import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { NoAnswer, asTold, troubleOf } from './unavailable.ts'

/** A pool whose connections answer in time or are given up, and say in our words what is the matter. */
export class BoundedPool implements PostgresPool {
  readonly #pool: PostgresPool
  readonly #answerMs: number

  constructor(pool: PostgresPool, answerMs: number) {
    this.#pool = pool
    this.#answerMs = answerMs
  }

  get options(): object {
    return this.#pool.options
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      return new BoundedClient(await this.#pool.connect(), this.#answerMs)
    } catch (error) {
      throw asTold(error)
    }
  }

  end(): Promise<void> {
    return this.#pool.end()
  }
}

class BoundedClient implements PostgresPoolClient {
  readonly #client: PostgresPoolClient
  readonly #answerMs: number
  /** What it was given up for: nobody waits on it once more, and it does not go back into the pool. */
  #lost: unknown = null

  constructor(client: PostgresPoolClient, answerMs: number) {
    this.#client = client
    this.#answerMs = answerMs
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    what: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    return typeof what === 'string' ? this.#ask(what, parameters) : this.#client.query(what)
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#lost !== null)
  }

  async #ask<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (this.#lost !== null) throw this.#lost
    const late = Promise.withResolvers<never>()
    const timer =
      this.#answerMs === 0
        ? undefined
        : setTimeout(() => late.reject(new NoAnswer(`No answer within ${this.#answerMs} ms.`)), this.#answerMs)
    const answer = this.#client.query<R>(sql, parameters)
    try {
      return await Promise.race([answer, late.promise])
    } catch (error) {
      // It still waits where it was given up; what becomes of it is nobody's concern.
      answer.catch(() => undefined)
      const told = asTold(error)
      if (troubleOf(error) === 'away') this.#lost = told
      throw told
    } finally {
      clearTimeout(timer)
    }
  }
}
