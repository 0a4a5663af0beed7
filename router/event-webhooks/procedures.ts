import { z } from 'zod'
import { TeamId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'
import { EventDeliveryId, EventDeliveryState, EventEndpointId, WebhookFormat } from './endpoint.ts'
import { isWebhookEventType, webhookEventTypes } from './event.ts'
import type { WebhookEventType } from './event.ts'
import type { EndpointOwner } from './port.ts'

const OwnerOfEndpoints = z.object({ teamId: TeamId.nullable().default(null) })
const ownerOf = ({ teamId }: z.infer<typeof OwnerOfEndpoints>): EndpointOwner =>
  teamId === null ? { kind: 'self' } : { kind: 'team', teamId }

const name = z
  .string()
  .trim()
  .min(1, 'Give it a name, such as what listens there.')
  .max(60, 'A name has at most 60 characters.')
const url = z.string().trim().max(2000, 'An address has at most 2,000 characters.')
const eventType = z.custom<WebhookEventType>((text) => typeof text === 'string' && isWebhookEventType(text), {
  error: ({ input }) =>
    `There is no event “${String(input).slice(0, 60)}”. There are: ${webhookEventTypes.join(', ')}.`,
})
const events = z
  .array(eventType)
  .min(1, 'Choose at least one event.')
  .max(100)
  .transform((given) => [...new Set(given)])
const byId = z.object({ id: EventEndpointId })

export const eventWebhooksRouter = router({
  list: personProcedure
    .input(OwnerOfEndpoints.prefault({}))
    .query(({ ctx, input }) => ctx.eventWebhooks.list(ctx.actor, ownerOf(input))),
  create: personProcedure
    .input(OwnerOfEndpoints.extend({ name, url, format: WebhookFormat.default('plain'), events }))
    .mutation(({ ctx, input: { teamId, ...wanted } }) =>
      ctx.eventWebhooks.create(ctx.actor, ownerOf({ teamId }), wanted),
    ),
  update: personProcedure
    .input(
      byId.extend({
        name: name.optional(),
        url: url.optional(),
        format: WebhookFormat.optional(),
        events: events.optional(),
        isOn: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input: { id, ...change } }) => ctx.eventWebhooks.update(ctx.actor, id, change)),
  rotate: personProcedure.input(byId).mutation(({ ctx, input }) => ctx.eventWebhooks.rotate(ctx.actor, input.id)),
  remove: personProcedure.input(byId).mutation(({ ctx, input }) => ctx.eventWebhooks.remove(ctx.actor, input.id)),
  deliveries: personProcedure
    .input(byId.extend({ state: EventDeliveryState.nullable().default(null) }))
    .query(({ ctx, input }) => ctx.eventWebhooks.deliveries(ctx.actor, input.id, input.state)),
  resend: personProcedure
    .input(z.object({ id: EventDeliveryId }))
    .mutation(({ ctx, input }) => ctx.eventWebhooks.resend(ctx.actor, input.id)),
  test: personProcedure.input(byId).mutation(({ ctx, input }) => ctx.eventWebhooks.test(ctx.actor, input.id)),
})
