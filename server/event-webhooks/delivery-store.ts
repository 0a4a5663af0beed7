import { EventDeliveryId, EventEndpointId } from '@arcx/router'
import type { OffBecause } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { Attempt } from './attempt.ts'

/** A delivery whose attempt is due, with what it takes. */
export interface DueDelivery {
  readonly id: EventDeliveryId
  readonly turn: number
  readonly attempts: number
  readonly body: string
  readonly endpoint: {
    readonly id: EventEndpointId
    readonly name: string
    readonly url: string
    readonly sealed: Uint8Array
    readonly sealedFormer: Uint8Array | null
    readonly formerUntil: Date | null
    readonly isOff: boolean
  }
}

/** What follows an attempt. */
export type Following =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'again'; readonly at: Date }

/** Whom to tell that an endpoint was switched off. */
export interface EndpointKeeper {
  readonly teamName: string | null
  /** The person’s, or the team owner’s. */
  readonly email: string | null
}

/** Deliveries on their way. */
export class DeliveryStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Null where it has come to an end, or another job has it. */
  async due(id: EventDeliveryId, turn: number): Promise<DueDelivery | null> {
    const row = await this.#database.eventDelivery.findFirst({
      where: { id, turn, state: 'waiting' },
      select: {
        attempts: true,
        body: true,
        endpoint: {
          select: {
            id: true,
            name: true,
            url: true,
            sealed: true,
            sealedFormer: true,
            formerUntil: true,
            offSince: true,
          },
        },
      },
    })
    if (row === null) return null
    const { offSince, ...endpoint } = row.endpoint
    return {
      id,
      turn,
      attempts: row.attempts,
      body: row.body,
      endpoint: { ...endpoint, id: EventEndpointId.parse(endpoint.id), isOff: offSince !== null },
    }
  }

  /** Writes down an attempt, and the turn of the next one; null where another has done so. */
  async settle(
    unit: Unit,
    { id, turn }: Pick<DueDelivery, 'id' | 'turn'>,
    { durationMs, status, answer, error }: Attempt,
    following: Following,
  ): Promise<{ readonly turn: number } | null> {
    const [row] = await queriesOf(unit).eventDelivery.updateManyAndReturn({
      where: { id, turn, state: 'waiting' },
      data: {
        state: following.kind === 'again' ? 'waiting' : following.kind,
        nextAttemptAt: following.kind === 'again' ? following.at : null,
        turn: { increment: 1 },
        attempts: { increment: 1 },
        attemptedAt: new Date(),
        durationMs,
        status,
        answer,
        error,
      },
      select: { turn: true },
    })
    return row ?? null
  }

  /** Ends all that wait for an endpoint. */
  async giveUp(unit: Unit, endpointId: EventEndpointId, error: string): Promise<void> {
    await queriesOf(unit).eventDelivery.updateMany({
      where: { endpointId, state: 'waiting' },
      data: { state: 'failed', nextAttemptAt: null, turn: { increment: 1 }, error },
    })
  }

  async noteSuccess(unit: Unit, endpointId: EventEndpointId): Promise<void> {
    await queriesOf(unit).eventEndpoint.updateMany({
      where: { id: endpointId, failingSince: { not: null } },
      data: { failingSince: null },
    })
  }

  /** Since when nothing has come through. */
  async noteFailure(unit: Unit, endpointId: EventEndpointId): Promise<Date | null> {
    const { eventEndpoint } = queriesOf(unit)
    await eventEndpoint.updateMany({
      where: { id: endpointId, failingSince: null },
      data: { failingSince: new Date() },
    })
    const row = await eventEndpoint.findUnique({ where: { id: endpointId }, select: { failingSince: true } })
    return row?.failingSince ?? null
  }

  /** Whether it was on. */
  async switchOff(unit: Unit, endpointId: EventEndpointId, because: OffBecause): Promise<boolean> {
    const { count } = await queriesOf(unit).eventEndpoint.updateMany({
      where: { id: endpointId, offSince: null },
      data: { offSince: new Date(), offBecause: because },
    })
    return count > 0
  }

  async keeperOf(unit: Unit, endpointId: EventEndpointId): Promise<EndpointKeeper> {
    const row = await queriesOf(unit).eventEndpoint.findUnique({
      where: { id: endpointId },
      select: {
        owner: { select: { email: true } },
        team: {
          select: {
            name: true,
            memberships: { where: { role: 'owner' }, select: { user: { select: { email: true } } } },
          },
        },
      },
    })
    return {
      teamName: row?.team?.name ?? null,
      email: row?.owner?.email ?? row?.team?.memberships[0]?.user.email ?? null,
    }
  }

  /** Those whose time has come, and that no job may have any more. */
  async overdueSince(
    time: Date,
  ): Promise<readonly { readonly id: EventDeliveryId; readonly turn: number; readonly endpointId: EventEndpointId }[]> {
    const rows = await this.#database.eventDelivery.findMany({
      where: {
        state: 'waiting',
        OR: [{ nextAttemptAt: { lt: time } }, { nextAttemptAt: null, createdAt: { lt: time } }],
      },
      select: { id: true, turn: true, endpointId: true },
      take: 1000,
    })
    return rows.map(({ id, turn, endpointId }) => ({
      id: EventDeliveryId.parse(id),
      turn,
      endpointId: EventEndpointId.parse(endpointId),
    }))
  }

  /** Deliveries of before, and secrets that sign no more. */
  async forget(deliveriesBefore: Date): Promise<void> {
    await this.#database.eventDelivery.deleteMany({ where: { createdAt: { lt: deliveriesBefore } } })
    await this.#database.eventEndpoint.updateMany({
      where: { formerUntil: { lt: new Date() } },
      data: { sealedFormer: null, formerUntil: null },
    })
  }
}
