import type { WebhookEventData, WebhookEventOwner, WebhookEventType } from '@arcx/router'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import { deliverEvent } from './delivery-job.ts'
import { payloadOf } from './payload.ts'
import { sentenceOf } from './sentences.ts'
import type { EndpointStore } from './store.ts'

/** Tells whoever has asked for it of an event, once the unit that it happened in is committed. */
export type PublishEvent = <Type extends WebhookEventType>(
  unit: Unit,
  owner: WebhookEventOwner,
  type: Type,
  data: WebhookEventData[Type],
) => Promise<void>

/** A delivery for each endpoint is stored with its job in the event's own unit of work: none is lost. */
export const openPublishEvent =
  (store: EndpointStore, jobs: Jobs): PublishEvent =>
  async (unit, owner, type, data) => {
    const endpoints = await store.listening(unit, owner, type)
    const by = unit.actor.kind === 'user' ? unit.actor.login : null
    const told = { type, at: new Date(), data: { ...data, by }, sentence: sentenceOf(type, data, by) }
    for (const { id: endpointId, format } of endpoints) {
      const id = await store.addDelivery(unit, { endpointId, event: type, body: payloadOf(format, told) })
      await jobs.enqueue(unit, deliverEvent, { id, turn: 1, endpointId })
    }
  }
