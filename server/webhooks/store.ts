import { randomUUID } from 'node:crypto'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import { WebhookDeliveryId, WebhookOutcome } from '@arcx/router'
import type { WebhookDelivery } from '@arcx/router'
import { WebhookSource } from './delivery.ts'
import type { Delivery } from './delivery.ts'

const mostListed = 100

export class WebhookStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The delivery's id where it is to be handled: it is new, or failed before; null where it is there already. */
  async add(unit: Unit, { source, deliveryId, event, body }: Delivery): Promise<WebhookDeliveryId | null> {
    const { webhookDelivery } = queriesOf(unit)
    const id = randomUUID()
    const { count } = await webhookDelivery.createMany({
      data: [{ id, source, deliveryId, event, body: Uint8Array.from(Buffer.from(body)) }],
      skipDuplicates: true,
    })
    if (count > 0) return WebhookDeliveryId.parse(id)
    const [again] = await webhookDelivery.updateManyAndReturn({
      where: { source, deliveryId, outcome: 'failed' },
      data: { outcome: 'queued' },
      select: { id: true },
    })
    return again === undefined ? null : WebhookDeliveryId.parse(again.id)
  }

  /** Of these ids of the sender's, those that are here. */
  async known(source: WebhookSource, deliveryIds: readonly string[]): Promise<readonly string[]> {
    const rows = await this.#database.webhookDelivery.findMany({
      where: { source, deliveryId: { in: [...deliveryIds] } },
      select: { deliveryId: true },
    })
    return rows.map(({ deliveryId }) => deliveryId)
  }

  async byId(id: WebhookDeliveryId): Promise<(Delivery & { readonly outcome: string }) | null> {
    const row = await this.#database.webhookDelivery.findUnique({ where: { id } })
    return row === null
      ? null
      : {
          source: WebhookSource.parse(row.source),
          deliveryId: row.deliveryId,
          event: row.event,
          body: Buffer.from(row.body).toString('utf8'),
          outcome: row.outcome,
        }
  }

  async settle(id: WebhookDeliveryId, outcome: WebhookOutcome, error: string | null): Promise<void> {
    await this.#database.webhookDelivery.updateMany({
      where: { id },
      data: {
        outcome,
        error,
        attempts: { increment: 1 },
        ...(outcome === 'handled' || outcome === 'ignored' ? { handledAt: new Date() } : {}),
      },
    })
  }

  /** Newest first. */
  async latest(outcome: WebhookOutcome | null): Promise<readonly WebhookDelivery[]> {
    const rows = await this.#database.webhookDelivery.findMany({
      where: outcome === null ? {} : { outcome },
      omit: { body: true },
      orderBy: { receivedAt: 'desc' },
      take: mostListed,
    })
    return rows.map(({ id, source, event, deliveryId, outcome: is, attempts, error, receivedAt }) => ({
      id: WebhookDeliveryId.parse(id),
      source: WebhookSource.parse(source),
      event,
      deliveryId,
      outcome: WebhookOutcome.parse(is),
      attempts,
      error,
      receivedAt: receivedAt.toISOString(),
    }))
  }

  /** Queues it again, whatever has come of it; what it is called, or null where there is none. */
  async queueAgain(unit: Unit, id: WebhookDeliveryId): Promise<{ readonly event: string } | null> {
    const [row] = await queriesOf(unit).webhookDelivery.updateManyAndReturn({
      where: { id },
      data: { outcome: 'queued', error: null },
      select: { event: true },
    })
    return row ?? null
  }

  async queuedBefore(time: Date): Promise<readonly WebhookDeliveryId[]> {
    const rows = await this.#database.webhookDelivery.findMany({
      where: { outcome: 'queued', receivedAt: { lt: time } },
      select: { id: true },
    })
    return rows.map(({ id }) => WebhookDeliveryId.parse(id))
  }

  async removeBefore(time: Date): Promise<void> {
    await this.#database.webhookDelivery.deleteMany({ where: { receivedAt: { lt: time } } })
  }
}
