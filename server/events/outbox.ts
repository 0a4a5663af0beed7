import { DomainEvent, subjectOf } from '@arcx/router'
import type { Database, Transaction } from '@arcx/database'
import type { Bus } from '@arcx/service-kit/bus'
import type { Log } from '@arcx/service-kit/log'

const batchSize = 100
const idleMs = 1000

/** Writes an event with the change it tells of: both are there after a crash, or neither. */
export async function enqueue(transaction: Transaction, event: DomainEvent): Promise<void> {
  await transaction
    .insertInto('OutboxEvent')
    .values({ subject: subjectOf(event), payload: JSON.stringify(event) })
    .execute()
}

/** Carries events from the outbox to the bus, in order; the bus drops what it has already. */
export class OutboxRelay {
  readonly #database: Database
  readonly #bus: Bus
  readonly #deployment: string
  readonly #log: Log
  #wake: () => void = () => undefined
  #woken = false
  #stopped = false
  readonly #done: Promise<void>

  constructor(database: Database, bus: Bus, deployment: string, log: Log) {
    this.#database = database
    this.#bus = bus
    this.#deployment = deployment
    this.#log = log
    this.#done = this.#run()
  }

  /** Call it after a commit; without it the events go out within a second. */
  poke(): void {
    this.#woken = true
    this.#wake()
  }

  async close(): Promise<void> {
    this.#stopped = true
    this.poke()
    await this.#done
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false
      try {
        while ((await this.#carry()) === batchSize);
      } catch (error) {
        this.#log.warn({ err: error }, 'events wait in the outbox')
      }
      if (!this.#woken) await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, idleMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #carry(): Promise<number> {
    return this.#database.transaction().execute(async (transaction) => {
      const rows = await transaction
        .selectFrom('OutboxEvent')
        .select(['id', 'payload'])
        .orderBy('id')
        .limit(batchSize)
        .forUpdate()
        .skipLocked()
        .execute()
      for (const row of rows) await this.#bus.publish(DomainEvent.parse(row.payload), `${this.#deployment}-${row.id}`)
      const carried = rows.map((row) => row.id)
      if (carried.length > 0) await transaction.deleteFrom('OutboxEvent').where('id', 'in', carried).execute()
      return rows.length
    })
  }
}
