import type { UserActor } from '../actor.ts'
import type { TeamId } from '../ids.ts'
import type {
  EventDelivery,
  EventDeliveryId,
  EventDeliveryState,
  EventEndpoint,
  EventEndpointId,
  NewEventEndpoint,
  WebhookFormat,
} from './endpoint.ts'
import type { WebhookEventType } from './event.ts'

/** A team's endpoints, or the actor's own. */
export type EndpointOwner = { readonly kind: 'self' } | { readonly kind: 'team'; readonly teamId: TeamId }

export interface EndpointInput {
  readonly name: string
  readonly url: string
  readonly format: WebhookFormat
  readonly events: readonly WebhookEventType[]
}

/** What is undefined stays. */
export type EndpointChange = { readonly [Field in keyof EndpointInput]?: EndpointInput[Field] | undefined } & {
  readonly isOn?: boolean | undefined
}

/** Where teams and people are told of events. Each operation decides by itself whether the actor may. */
export interface EventWebhooksPort {
  list(actor: UserActor, owner: EndpointOwner): Promise<readonly EventEndpoint[]>
  /** @throws `endpoint_address_refused`, `endpoint_limit_reached`. */
  create(actor: UserActor, owner: EndpointOwner, wanted: EndpointInput): Promise<NewEventEndpoint>
  /** @throws `endpoint_not_found`, `endpoint_address_refused`. */
  update(actor: UserActor, id: EventEndpointId, change: EndpointChange): Promise<EventEndpoint>
  /** Gives it another secret; the former signs too for a day. @throws `endpoint_not_found`. */
  rotate(actor: UserActor, id: EventEndpointId): Promise<NewEventEndpoint>
  /** With its deliveries. @throws `endpoint_not_found`. */
  remove(actor: UserActor, id: EventEndpointId): Promise<void>
  /** The latest 100. @throws `endpoint_not_found`. */
  deliveries(actor: UserActor, id: EventEndpointId, state: EventDeliveryState | null): Promise<readonly EventDelivery[]>
  /** Sends it now, whatever has come of it. @throws `event_delivery_not_found`, `endpoint_off`. */
  resend(actor: UserActor, id: EventDeliveryId): Promise<void>
  /** Sends an event that means nothing. @throws `endpoint_not_found`, `endpoint_off`. */
  test(actor: UserActor, id: EventEndpointId): Promise<{ readonly deliveryId: EventDeliveryId }>
}
