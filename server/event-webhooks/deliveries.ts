import type { EventDeliveryId, OffBecause, ServiceActor } from '@arcx/router'
import type { Envelopes } from '@arcx/service-kit/envelopes'
import type { Log } from '@arcx/service-kit/log'
import type { JobRun } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { attempt } from './attempt.ts'
import type { Attempt, SenderSettings } from './attempt.ts'
import { deliverEvent, sweepEventDeliveries } from './delivery-job.ts'
import type { DeliveryStore, DueDelivery, EndpointKeeper, Following } from './delivery-store.ts'
import { failingLimitMs, nextAttemptAt } from './schedule.ts'
import { signedHeaders } from './signature.ts'

const service: ServiceActor = { kind: 'service', service: 'event-webhooks' }
const gone = 410
const keptMs = 30 * 24 * 3600 * 1000
/** A delivery whose job was lost is found after this long. */
const lateMs = 10 * 60_000
const wasSwitchedOff = 'The endpoint was switched off.'

/** Tells those who manage an endpoint that nothing is sent there any more, within the unit in which that was decided. */
export type NoticeOff = (
  unit: Unit,
  endpoint: { readonly name: string; readonly because: OffBecause; readonly error: string | null } & EndpointKeeper,
) => Promise<void>

export interface DeliveriesDependencies {
  readonly store: DeliveryStore
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly envelopes: Envelopes
  readonly sender: SenderSettings
  readonly noticeOff: NoticeOff
  readonly log: Log
}

/** Sends deliveries until they are taken, later and later; each attempt under the same id, so that a receiver can tell a repetition. */
export class Deliveries {
  readonly #dependencies: DeliveriesDependencies

  constructor(dependencies: DeliveriesDependencies) {
    this.#dependencies = dependencies
    const { jobs } = dependencies
    jobs.handle(deliverEvent, ({ id, turn }, run) => this.#deliver(id, turn, run))
    jobs.repeat('23 * * * *', sweepEventDeliveries, () => this.#sweep())
  }

  async #deliver(id: EventDeliveryId, turn: number, { signal }: JobRun): Promise<void> {
    const { store, unitOfWork, sender } = this.#dependencies
    const due = await store.due(id, turn)
    if (due === null) return
    const { endpoint, body } = due
    if (endpoint.isOff) return unitOfWork(service, (unit) => store.giveUp(unit, endpoint.id, wasSwitchedOff))
    const secrets = this.#secretsOf(endpoint)
    const result: Attempt =
      secrets === null
        ? { durationMs: 0, status: null, answer: null, error: 'Its secret cannot be read. Give it a new one.' }
        : await attempt(
            sender,
            {
              url: endpoint.url,
              body,
              headers: {
                'content-type': 'application/json',
                'user-agent': 'arcx-webhooks/1',
                ...signedHeaders({ id: `msg_${id}`, at: new Date(), body }, secrets),
              },
            },
            signal,
          )
    await unitOfWork(service, (unit) => this.#settle(unit, due, result))
  }

  async #settle(unit: Unit, due: DueDelivery, result: Attempt): Promise<void> {
    const { store, jobs } = this.#dependencies
    const { endpoint, id } = due
    const following = followingOf(due.attempts + 1, result)
    const settled = await store.settle(unit, due, result, following)
    // Somebody has sent it again meanwhile.
    if (settled === null) return
    if (result.error === null) return store.noteSuccess(unit, endpoint.id)
    const failingSince = await store.noteFailure(unit, endpoint.id)
    const because = offBecause(result, failingSince)
    if (because !== null) await this.#switchOff(unit, endpoint, because, result.error)
    else if (following.kind === 'again')
      await jobs.enqueue(unit, deliverEvent, { id, turn: settled.turn, endpointId: endpoint.id }, following.at)
  }

  async #switchOff(
    unit: Unit,
    { id, name }: DueDelivery['endpoint'],
    because: OffBecause,
    error: string,
  ): Promise<void> {
    const { store, noticeOff, log } = this.#dependencies
    if (!(await store.switchOff(unit, id, because))) return
    await store.giveUp(unit, id, wasSwitchedOff)
    unit.record({ action: `event-webhook.off-${because}`, target: { kind: 'event-webhook', id, name } })
    await noticeOff(unit, { name, because, error, ...(await store.keeperOf(unit, id)) })
    log.info({ endpoint: id, because }, 'a webhook endpoint was switched off')
  }

  /** By which its messages are signed; null where no key that is known opens them. */
  #secretsOf({ id, sealed, sealedFormer, formerUntil }: DueDelivery['endpoint']): readonly string[] | null {
    const { envelopes } = this.#dependencies
    const current = envelopes.open(sealed, id)
    if (current === null) return null
    const former =
      sealedFormer !== null && formerUntil !== null && formerUntil.getTime() > Date.now()
        ? envelopes.open(sealedFormer, id)
        : null
    return former === null ? [current] : [current, former]
  }

  async #sweep(): Promise<void> {
    const { store, unitOfWork, jobs } = this.#dependencies
    await store.forget(new Date(Date.now() - keptMs))
    for (const job of await store.overdueSince(new Date(Date.now() - lateMs)))
      await unitOfWork(service, (unit) => jobs.enqueue(unit, deliverEvent, job))
  }
}

function followingOf(attempts: number, { error }: Attempt): Following {
  if (error === null) return { kind: 'delivered' }
  const at = nextAttemptAt(attempts, new Date())
  return at === null ? { kind: 'failed' } : { kind: 'again', at }
}

function offBecause({ status }: Attempt, failingSince: Date | null): OffBecause | null {
  if (status === gone) return 'gone'
  return failingSince !== null && Date.now() - failingSince.getTime() >= failingLimitMs ? 'failing' : null
}
