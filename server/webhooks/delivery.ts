import { z } from 'zod'

export const WebhookSource = z.enum(['github', 'stripe'])
export type WebhookSource = z.infer<typeof WebhookSource>

const name = z.string().regex(/^[\w.:-]{1,100}$/)

/** The headers by which GitHub names a delivery. */
export const GitHubHeaders = z.object({ 'x-github-delivery': name, 'x-github-event': name })
/** What Stripe's events have in common. */
export const StripeEvent = z.looseObject({ id: name, type: name })

/** What came in, with its signature checked. */
export interface Delivery {
  readonly source: WebhookSource
  readonly deliveryId: string
  readonly event: string
  /** JSON. */
  readonly body: string
}

/** Does what an event says; may be called again for the same one. */
export type EventHandler = (payload: unknown, signal: AbortSignal) => Promise<void>
