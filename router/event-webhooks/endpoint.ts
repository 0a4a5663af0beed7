import { z } from 'zod'
import type { WebhookEventType } from './event.ts'

export const EventEndpointId = z.uuid().brand<'EventEndpointId'>()
export type EventEndpointId = z.infer<typeof EventEndpointId>

export const EventDeliveryId = z.uuid().brand<'EventDeliveryId'>()
export type EventDeliveryId = z.infer<typeof EventDeliveryId>

/** As what events are sent: by Standard Webhooks, or as a message of a chat. */
export const WebhookFormat = z.enum(['plain', 'slack', 'discord'])
export type WebhookFormat = z.infer<typeof WebhookFormat>

/** By one of those who manage it, after five days of nothing but failures, or because it answered that it is gone. */
export const OffBecause = z.enum(['owner', 'failing', 'gone'])
export type OffBecause = z.infer<typeof OffBecause>

export const EventDeliveryState = z.enum(['waiting', 'delivered', 'failed'])
export type EventDeliveryState = z.infer<typeof EventDeliveryState>

/** An address that is told of events. */
export interface EventEndpoint {
  readonly id: EventEndpointId
  readonly name: string
  readonly url: string
  readonly format: WebhookFormat
  readonly events: readonly WebhookEventType[]
  /** Null while it is on. */
  readonly offBecause: OffBecause | null
  /** Since when every attempt has failed; null while they succeed. */
  readonly failingSince: string | null
  /** Until when the secret before this one signs, too. */
  readonly formerSecretUntil: string | null
  readonly createdAt: string
}

/** With the secret by which receivers check the signature: shown this once. */
export interface NewEventEndpoint extends EventEndpoint {
  readonly secret: string
}

/** One event on its way to one endpoint, with what came of the latest attempt. */
export interface EventDelivery {
  /** With `msg_` before it, the header `webhook-id` of every attempt. */
  readonly id: EventDeliveryId
  /** A type of event, or `test`. */
  readonly event: string
  readonly state: EventDeliveryState
  readonly attempts: number
  readonly createdAt: string
  readonly attemptedAt: string | null
  readonly nextAttemptAt: string | null
  readonly durationMs: number | null
  readonly status: number | null
  readonly error: string | null
  /** What was sent. */
  readonly body: string
  /** The first characters of what was answered, which anybody may have written. */
  readonly answer: string | null
}
