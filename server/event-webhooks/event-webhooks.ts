import { randomUUID } from 'node:crypto'
import { EventEndpointId, TeamId, errors } from '@arcx/router'
import type {
  EndpointChange,
  EndpointInput,
  EndpointOwner,
  EventDelivery,
  EventDeliveryId,
  EventDeliveryState,
  EventEndpoint,
  EventWebhooksPort,
  NewEventEndpoint,
  UserActor,
} from '@arcx/router'
import type { Envelopes } from '@arcx/service-kit/envelopes'
import type { Operation } from '../authorization/rights.ts'
import type { Owners } from '../egress/owners.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { deliverEvent } from './delivery-job.ts'
import { DestinationRefused } from './destination.ts'
import type { Destinations } from './destination.ts'
import { payloadOf } from './payload.ts'
import { testSentence } from './sentences.ts'
import { newSecret } from './signature.ts'
import type { EndpointColumns, EndpointStore } from './store.ts'

const endpointsPerOwner = 10
/** For as long the secret of before signs, too. */
const formerMs = 24 * 3600 * 1000

type SeeOrChange = Extract<Operation, `event-webhook.${string}`>

export interface EventWebhooksDependencies {
  readonly store: EndpointStore
  readonly unitOfWork: UnitOfWork
  readonly owners: Owners
  readonly envelopes: Envelopes
  readonly jobs: Jobs
  readonly destinations: Destinations
}

/** Where teams, and people for what is their own, are told of events. */
export class EventWebhooks implements EventWebhooksPort {
  readonly #dependencies: EventWebhooksDependencies

  constructor(dependencies: EventWebhooksDependencies) {
    this.#dependencies = dependencies
  }

  async list(actor: UserActor, owner: EndpointOwner): Promise<readonly EventEndpoint[]> {
    return this.#dependencies.store.list(await this.#require(actor, 'event-webhook.see', owner))
  }

  async create(actor: UserActor, owner: EndpointOwner, wanted: EndpointInput): Promise<NewEventEndpoint> {
    const { store, unitOfWork } = this.#dependencies
    const whose = await this.#require(actor, 'event-webhook.change', owner)
    await this.#requireGoodAddress(wanted.url)
    const id = EventEndpointId.parse(randomUUID())
    const secret = newSecret()
    const made = await unitOfWork(actor, async (unit) => {
      if ((await store.holdCount(unit, whose)) >= endpointsPerOwner)
        throw errors.endpointLimitReached(endpointsPerOwner)
      record(unit, 'create', { id, name: wanted.name })
      return store.add(unit, whose, { ...wanted, id, sealed: this.#seal(secret, id) })
    })
    return { ...made, secret }
  }

  async update(actor: UserActor, id: EventEndpointId, { isOn, ...change }: EndpointChange): Promise<EventEndpoint> {
    const { store, unitOfWork } = this.#dependencies
    await this.#requireOne(actor, 'event-webhook.change', id)
    if (change.url !== undefined) await this.#requireGoodAddress(change.url)
    const turned =
      isOn === undefined
        ? {}
        : isOn
          ? { offSince: null, offBecause: null, failingSince: null }
          : { offSince: new Date(), offBecause: 'owner' as const }
    return unitOfWork(actor, async (unit) => {
      const changed = await store.change(unit, id, { ...change, ...turned })
      if (changed === null) throw errors.endpointNotFound()
      record(unit, 'update', changed)
      return changed
    })
  }

  async rotate(actor: UserActor, id: EventEndpointId): Promise<NewEventEndpoint> {
    const { store, unitOfWork } = this.#dependencies
    await this.#requireOne(actor, 'event-webhook.change', id)
    const secret = newSecret()
    return unitOfWork(actor, async (unit) => {
      const former = await store.holdSealed(unit, id)
      if (former === null) throw errors.endpointNotFound()
      const changed = await store.change(unit, id, {
        sealed: this.#seal(secret, id),
        sealedFormer: Uint8Array.from(former),
        formerUntil: new Date(Date.now() + formerMs),
      })
      if (changed === null) throw errors.endpointNotFound()
      record(unit, 'rotate', changed)
      return { ...changed, secret }
    })
  }

  async remove(actor: UserActor, id: EventEndpointId): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    await this.#requireOne(actor, 'event-webhook.change', id)
    await unitOfWork(actor, async (unit) => {
      const name = await store.remove(unit, id)
      if (name === null) throw errors.endpointNotFound()
      record(unit, 'remove', { id, name })
    })
  }

  async deliveries(
    actor: UserActor,
    id: EventEndpointId,
    state: EventDeliveryState | null,
  ): Promise<readonly EventDelivery[]> {
    await this.#requireOne(actor, 'event-webhook.see', id)
    return this.#dependencies.store.deliveries(id, state)
  }

  async resend(actor: UserActor, id: EventDeliveryId): Promise<void> {
    const { store, unitOfWork, jobs } = this.#dependencies
    const endpointId = await store.endpointOf(id)
    if (endpointId === null) throw errors.eventDeliveryNotFound()
    const { name } = await this.#requireOn(actor, endpointId)
    await unitOfWork(actor, async (unit) => {
      const queued = await store.again(unit, id)
      if (queued === null) throw errors.eventDeliveryNotFound()
      record(unit, 'resend', { id: endpointId, name: `${name}: ${queued.event}` })
      await jobs.enqueue(unit, deliverEvent, { id, turn: queued.turn, endpointId })
    })
  }

  async test(actor: UserActor, id: EventEndpointId): Promise<{ readonly deliveryId: EventDeliveryId }> {
    const { store, unitOfWork, jobs } = this.#dependencies
    const { name, format } = await this.#requireOn(actor, id)
    return unitOfWork(actor, async (unit) => {
      const told = { type: 'test', at: new Date(), data: { by: actor.login }, sentence: testSentence }
      const deliveryId = await store.addDelivery(unit, {
        endpointId: id,
        event: 'test',
        body: payloadOf(format, told),
      })
      record(unit, 'test', { id, name })
      await jobs.enqueue(unit, deliverEvent, { id: deliveryId, turn: 1, endpointId: id })
      return { deliveryId }
    })
  }

  /** Seals under the current key what another still opens; returns how many. */
  async renewSeals(): Promise<number> {
    const { store, envelopes } = this.#dependencies
    let renewed = 0
    for (const { id, sealed, sealedFormer } of await store.allSealed()) {
      const again = (bytes: Uint8Array | null) =>
        bytes === null || envelopes.isCurrent(bytes) ? null : envelopes.renew(bytes, id)
      const [now, former] = [again(sealed), again(sealedFormer)]
      if (now === null && former === null) continue
      const after = {
        ...(now === null ? {} : { sealed: Uint8Array.from(now) }),
        ...(former === null ? {} : { sealedFormer: Uint8Array.from(former) }),
      }
      if (await store.sealAgain(id, sealed, after)) renewed += 1
    }
    return renewed
  }

  /** Bound to the id, so that it opens nowhere else. */
  #seal(secret: string, id: EventEndpointId): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#dependencies.envelopes.seal(secret, id))
  }

  async #require(actor: UserActor, operation: SeeOrChange, owner: EndpointOwner): Promise<EndpointColumns> {
    const { ownerId, teamId } = await this.#dependencies.owners.require(actor, operation, owner)
    return { ownerId, teamId }
  }

  /** @throws `endpoint_not_found`, `team_not_found`, `forbidden` where it is not the actor's to see or to change. */
  async #requireOne(actor: UserActor, operation: SeeOrChange, id: EventEndpointId): Promise<EndpointColumns> {
    const row = await this.#dependencies.store.ownerOf(id)
    if (row === null || (row.ownerId !== null && row.ownerId !== actor.userId)) throw errors.endpointNotFound()
    return this.#require(
      actor,
      operation,
      row.teamId === null ? { kind: 'self' } : { kind: 'team', teamId: TeamId.parse(row.teamId) },
    )
  }

  /** The same, of one that is on. @throws `endpoint_off`. */
  async #requireOn(actor: UserActor, id: EventEndpointId): Promise<EventEndpoint> {
    const whose = await this.#requireOne(actor, 'event-webhook.change', id)
    const endpoint = (await this.#dependencies.store.list(whose)).find((each) => each.id === id)
    if (endpoint === undefined) throw errors.endpointNotFound()
    if (endpoint.offBecause !== null) throw errors.endpointOff()
    return endpoint
  }

  /** It is judged again at every attempt. @throws `endpoint_address_refused`. */
  async #requireGoodAddress(url: string): Promise<void> {
    try {
      await this.#dependencies.destinations.resolve(url)
    } catch (error) {
      if (error instanceof DestinationRefused) throw errors.endpointAddressRefused(error.message)
      // The resolver may answer later.
      if (error instanceof Error && 'code' in error && error.code === 'ENOTFOUND')
        throw errors.endpointAddressRefused(`There is no host called ${new URL(url).hostname}.`)
    }
  }
}

function record(
  unit: Unit,
  action: string,
  { id, name }: { readonly id: EventEndpointId; readonly name: string },
): void {
  unit.record({ action: `event-webhook.${action}`, target: { kind: 'event-webhook', id, name } })
}
