import { randomUUID } from 'node:crypto'
import { EventDeliveryId, EventDeliveryState, EventEndpointId, OffBecause, WebhookFormat } from '@arcx/router'
import { isWebhookEventType } from '@arcx/router'
import type {
  EndpointChange,
  EndpointInput,
  EventDelivery,
  EventEndpoint,
  WebhookEventOwner,
  WebhookEventType,
} from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

const mostListed = 100

/** Whose it is: one of the two is not null. */
export interface EndpointColumns {
  readonly ownerId: string | null
  readonly teamId: string | null
}

type Bytes = Uint8Array<ArrayBuffer>

export interface EndpointChanges extends Omit<EndpointChange, 'isOn'> {
  readonly offSince?: Date | null
  readonly offBecause?: OffBecause | null
  readonly failingSince?: null
  readonly sealed?: Bytes
  readonly sealedFormer?: Bytes
  readonly formerUntil?: Date
}

const shown = {
  id: true,
  name: true,
  url: true,
  format: true,
  events: true,
  offBecause: true,
  failingSince: true,
  formerUntil: true,
  createdAt: true,
} as const

interface EndpointRow {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly format: string
  readonly events: readonly string[]
  readonly offBecause: string | null
  readonly failingSince: Date | null
  readonly formerUntil: Date | null
  readonly createdAt: Date
}

/** Webhook endpoints, as those see them who manage them. */
export class EndpointStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(owner: EndpointColumns): Promise<readonly EventEndpoint[]> {
    const rows = await this.#database.eventEndpoint.findMany({
      where: owner,
      select: shown,
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })
    return rows.map(present)
  }

  /** Whose it is; null where there is none. */
  ownerOf(id: EventEndpointId): Promise<EndpointColumns | null> {
    return this.#database.eventEndpoint.findUnique({ where: { id }, select: { ownerId: true, teamId: true } })
  }

  /** How many there are; nobody else makes one there until the unit is done. */
  async holdCount(unit: Unit, owner: EndpointColumns): Promise<number> {
    const queries = queriesOf(unit)
    // Prisma has no word for a lock on a row.
    if (owner.teamId === null)
      await queries.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${owner.ownerId}::uuid FOR UPDATE`
    else await queries.$queryRaw`SELECT 1 FROM "Team" WHERE "id" = ${owner.teamId}::uuid FOR UPDATE`
    return queries.eventEndpoint.count({ where: owner })
  }

  async add(
    unit: Unit,
    owner: EndpointColumns,
    endpoint: EndpointInput & { readonly id: EventEndpointId; readonly sealed: Bytes },
  ): Promise<EventEndpoint> {
    const data = { ...endpoint, events: [...endpoint.events], ...owner }
    return present(await queriesOf(unit).eventEndpoint.create({ data, select: shown }))
  }

  /** Null where there is none any more. */
  async change(
    unit: Unit,
    id: EventEndpointId,
    { name, url, format, events, ...changes }: EndpointChanges,
  ): Promise<EventEndpoint | null> {
    const data = {
      ...changes,
      ...(name === undefined ? {} : { name }),
      ...(url === undefined ? {} : { url }),
      ...(format === undefined ? {} : { format }),
      ...(events === undefined ? {} : { events: [...events] }),
    }
    const [row] = await queriesOf(unit).eventEndpoint.updateManyAndReturn({ where: { id }, data, select: shown })
    return row === undefined ? null : present(row)
  }

  /** Its secret, sealed, until the unit is done by nobody else changed; null where there is none. */
  async holdSealed(unit: Unit, id: EventEndpointId): Promise<Uint8Array | null> {
    const [row] = await queriesOf(unit).$queryRaw<{ readonly sealed: Uint8Array }[]>`
      SELECT "sealed" FROM "EventEndpoint" WHERE "id" = ${id}::uuid FOR UPDATE`
    return row?.sealed ?? null
  }

  /** What it was called; null where there is none. */
  async remove(unit: Unit, id: EventEndpointId): Promise<string | null> {
    const { eventEndpoint } = queriesOf(unit)
    const row = await eventEndpoint.findUnique({ where: { id }, select: { name: true } })
    const { count } = await eventEndpoint.deleteMany({ where: { id } })
    return count > 0 ? (row?.name ?? null) : null
  }

  /** Those that are on and want to be told of such an event. */
  async listening(
    unit: Unit,
    owner: WebhookEventOwner,
    type: WebhookEventType,
  ): Promise<readonly { readonly id: EventEndpointId; readonly format: WebhookFormat }[]> {
    const rows = await queriesOf(unit).eventEndpoint.findMany({
      where: { ...owner, offSince: null, events: { has: type } },
      select: { id: true, format: true },
    })
    return rows.map(({ id, format }) => ({ id: EventEndpointId.parse(id), format: WebhookFormat.parse(format) }))
  }

  async addDelivery(
    unit: Unit,
    delivery: { readonly endpointId: EventEndpointId; readonly event: string; readonly body: string },
  ): Promise<EventDeliveryId> {
    const id = EventDeliveryId.parse(randomUUID())
    await queriesOf(unit).eventDelivery.create({ data: { id, ...delivery }, select: { id: true } })
    return id
  }

  /** Newest first. */
  async deliveries(endpointId: EventEndpointId, state: EventDeliveryState | null): Promise<readonly EventDelivery[]> {
    const rows = await this.#database.eventDelivery.findMany({
      where: { endpointId, ...(state === null ? {} : { state }) },
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      take: mostListed,
    })
    return rows.map(
      ({ endpointId: _endpoint, turn: _turn, id, state: is, createdAt, attemptedAt, nextAttemptAt, ...rest }) => ({
        ...rest,
        id: EventDeliveryId.parse(id),
        state: EventDeliveryState.parse(is),
        createdAt: createdAt.toISOString(),
        attemptedAt: attemptedAt?.toISOString() ?? null,
        nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
      }),
    )
  }

  async endpointOf(id: EventDeliveryId): Promise<EventEndpointId | null> {
    const row = await this.#database.eventDelivery.findUnique({ where: { id }, select: { endpointId: true } })
    return row === null ? null : EventEndpointId.parse(row.endpointId)
  }

  /** Begins its attempts anew; what job is to make the first, or null where there is no such delivery. */
  async again(unit: Unit, id: EventDeliveryId): Promise<{ readonly turn: number; readonly event: string } | null> {
    const [row] = await queriesOf(unit).eventDelivery.updateManyAndReturn({
      where: { id },
      data: { state: 'waiting', attempts: 0, nextAttemptAt: null, turn: { increment: 1 } },
      select: { turn: true, event: true },
    })
    return row ?? null
  }

  async allSealed(): Promise<
    readonly { readonly id: string; readonly sealed: Uint8Array; readonly sealedFormer: Uint8Array | null }[]
  > {
    return this.#database.eventEndpoint.findMany({ select: { id: true, sealed: true, sealedFormer: true } })
  }

  /** Where nobody has given it another secret meanwhile. */
  async sealAgain(
    id: string,
    before: Uint8Array,
    after: { readonly sealed?: Bytes; readonly sealedFormer?: Bytes },
  ): Promise<boolean> {
    const { count } = await this.#database.eventEndpoint.updateMany({
      where: { id, sealed: Uint8Array.from(before) },
      data: after,
    })
    return count > 0
  }
}

function present(row: EndpointRow): EventEndpoint {
  const { id, name, url, format, events, offBecause, failingSince, formerUntil, createdAt } = row
  return {
    id: EventEndpointId.parse(id),
    name,
    url,
    format: WebhookFormat.parse(format),
    // One that a version knew that was here before is told of no more.
    events: events.filter(isWebhookEventType),
    offBecause: OffBecause.nullable().parse(offBecause),
    failingSince: failingSince?.toISOString() ?? null,
    formerSecretUntil: formerUntil !== null && formerUntil.getTime() > Date.now() ? formerUntil.toISOString() : null,
    createdAt: createdAt.toISOString(),
  }
}
