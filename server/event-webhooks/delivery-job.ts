import { z } from 'zod'
import { EventDeliveryId, EventEndpointId } from '@arcx/router'
import type { JobKind } from '../jobs/job.ts'

/** An attempt at a delivery. A slow endpoint holds up itself alone: those that an owner may have are a tenth of what runs at once. */
export const deliverEvent: JobKind<{ id: EventDeliveryId; turn: number; endpointId: EventEndpointId }> = {
  name: 'event-webhooks.deliver',
  input: z.object({ id: EventDeliveryId, turn: z.number().int(), endpointId: EventEndpointId }),
  keyOf: ({ id, turn }) => `${id}:${turn}`,
  groups: { of: ({ endpointId }) => endpointId, atOnce: 1 },
  atOnce: 100,
}

export const sweepEventDeliveries: JobKind<Record<string, never>> = {
  name: 'event-webhooks.sweep',
  input: z.strictObject({}),
  keyOf: () => 'all',
}
