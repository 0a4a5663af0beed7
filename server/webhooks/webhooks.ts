import { z } from 'zod'
import { WebhookDeliveryId, errors } from '@arcx/router'
import type { Administrator, ServiceActor, WebhookDelivery, WebhookOutcome } from '@arcx/router'
import type { JobKind, JobRun } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Delivery, EventHandler, WebhookSource } from './delivery.ts'
import type { WebhookStore } from './store.ts'

const service: ServiceActor = { kind: 'service', service: 'webhooks' }
const dayMs = 24 * 3600 * 1000
const keptDays = 30
/** After 1 s, 2 s … 300 s: for about 40 minutes. */
const attempts = 16
/** What a crash left unhandled is found after this long. */
const lateMs = 10 * 60_000
const longestError = 1000

const handleDelivery: JobKind<{ id: WebhookDeliveryId }> = {
  name: 'webhooks.handle',
  input: z.object({ id: WebhookDeliveryId }),
  keyOf: ({ id }) => id,
  attempts,
}
const sweepDeliveries: JobKind<Record<string, never>> = {
  name: 'webhooks.sweep',
  input: z.strictObject({}),
  keyOf: () => 'all',
}

export interface WebhooksDependencies {
  readonly store: WebhookStore
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
}

/** What GitHub and Stripe send: stored before they are told that it came, and handled by a job, once for each delivery. */
export class Webhooks {
  readonly #dependencies: WebhooksDependencies
  readonly #handlers = new Map<string, EventHandler>()

  constructor(dependencies: WebhooksDependencies) {
    this.#dependencies = dependencies
    const { jobs } = dependencies
    jobs.handle(handleDelivery, ({ id }, run) => this.#handle(id, run))
    jobs.repeat('7 * * * *', sweepDeliveries, () => this.#sweep())
  }

  /** For one source's events of a kind, one. */
  on(source: WebhookSource, event: string, handler: EventHandler): void {
    const key = `${source} ${event}`
    if (this.#handlers.has(key)) throw new Error(`The event ${key} is handled already.`)
    this.#handlers.set(key, handler)
  }

  /** Resolves once it is stored; `repeated` where it was before. */
  async receive(delivery: Delivery): Promise<'accepted' | 'repeated'> {
    const { store, unitOfWork, jobs } = this.#dependencies
    return unitOfWork(service, async (unit) => {
      const id = await store.add(unit, delivery)
      if (id === null) return 'repeated'
      await jobs.enqueue(unit, handleDelivery, { id })
      return 'accepted'
    })
  }

  /** Which of a source's ids have not come. */
  async missing(source: WebhookSource, deliveryIds: readonly string[]): Promise<readonly string[]> {
    const known = new Set(await this.#dependencies.store.known(source, deliveryIds))
    return deliveryIds.filter((id) => !known.has(id))
  }

  latest(outcome: WebhookOutcome | null): Promise<readonly WebhookDelivery[]> {
    return this.#dependencies.store.latest(outcome)
  }

  /** @throws `webhook_delivery_not_found`. */
  async replay(actor: Administrator, id: WebhookDeliveryId): Promise<void> {
    const { store, unitOfWork, jobs } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const queued = await store.queueAgain(unit, id)
      if (queued === null) throw errors.webhookDeliveryNotFound()
      unit.record({ action: 'webhook.replay', target: { kind: 'webhook', id, name: queued.event } })
      await jobs.enqueue(unit, handleDelivery, { id })
    })
  }

  async #handle(id: WebhookDeliveryId, { signal, isLast }: JobRun): Promise<void> {
    const { store } = this.#dependencies
    const delivery = await store.byId(id)
    if (delivery === null || delivery.outcome === 'handled') return
    const handler = this.#handlers.get(`${delivery.source} ${delivery.event}`)
    if (handler === undefined) return store.settle(id, 'ignored', null)
    try {
      await handler(JSON.parse(delivery.body), signal)
    } catch (error) {
      const message = error instanceof Error ? error.message : 'Something that is no error was thrown.'
      await store.settle(id, isLast ? 'failed' : 'queued', message.slice(0, longestError))
      throw error
    }
    await store.settle(id, 'handled', null)
  }

  async #sweep(): Promise<void> {
    const { store, unitOfWork, jobs } = this.#dependencies
    await store.removeBefore(new Date(Date.now() - keptDays * dayMs))
    for (const id of await store.queuedBefore(new Date(Date.now() - lateMs)))
      await unitOfWork(service, (unit) => jobs.enqueue(unit, handleDelivery, { id }))
  }
}
