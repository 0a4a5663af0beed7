import type { Database } from '@arcx/prisma'
import { Envelopes } from '@arcx/service-kit/envelopes'
import type { Log } from '@arcx/service-kit/log'
import type { Owners } from '../egress/owners.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Deliveries } from './deliveries.ts'
import type { NoticeOff } from './deliveries.ts'
import { DeliveryStore } from './delivery-store.ts'
import { Destinations } from './destination.ts'
import { EventWebhooks } from './event-webhooks.ts'
import { openPublishEvent } from './publish.ts'
import type { PublishEvent } from './publish.ts'
import { EndpointStore } from './store.ts'

/** What capabilities tell their events to. */
export const openEventPublishing = (database: Database, jobs: Jobs): PublishEvent =>
  openPublishEvent(new EndpointStore(database), jobs)

export interface EventWebhooksModuleDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly owners: Owners
  readonly jobs: Jobs
  /** Private networks in which endpoints may be. */
  readonly exempt: readonly string[]
  readonly keys: { readonly current: string; readonly former: readonly string[] }
  readonly noticeOff: NoticeOff
  readonly log: Log
}

/** Before jobs are started. Seals what a former key has sealed with the current one, before anything else is asked of them. */
export async function openEventWebhooks({
  database,
  unitOfWork,
  owners,
  jobs,
  exempt,
  keys,
  noticeOff,
  log,
}: EventWebhooksModuleDependencies): Promise<EventWebhooks> {
  const envelopes = new Envelopes(keys.current, keys.former)
  const destinations = new Destinations({ exempt })
  const eventWebhooks = new EventWebhooks({
    store: new EndpointStore(database),
    unitOfWork,
    owners,
    envelopes,
    jobs,
    destinations,
  })
  const renewed = await eventWebhooks.renewSeals()
  if (renewed > 0) log.info({ renewed }, 'secrets of webhook endpoints are sealed under the current key')
  const sender = { destinations }
  void new Deliveries({ store: new DeliveryStore(database), unitOfWork, jobs, envelopes, sender, noticeOff, log })
  return eventWebhooks
}
