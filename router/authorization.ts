import type { AdminActor, Origin, UserActor } from './actor.ts'

export type ServerRight = 'administer'

/** A call of a procedure, or of a plain route. */
export interface Call {
  /** The procedure's path, or the route with its method. */
  readonly path: string
  /** Who asks; null where nobody is signed in. */
  readonly actor: UserActor | AdminActor | null
  readonly origin: Origin
  /** What came with it, as yet unread. */
  input(): Promise<unknown>
}

export interface AuthorizationPort {
  /**
   * Does it for whoever may: decides what can be decided before it is known what it is about, counts it, and records
   * what is refused. What has no entry in the table of rights is refused.
   * @throws `signed_out`, `session_needed`, `payment_awaited`, `forbidden`, `scope_missing`, `too_many_requests`.
   */
  perform<T>(call: Call, work: () => Promise<T>): Promise<T>
  /** What somebody may do with the server as a whole. */
  rightsOf(actor: UserActor): readonly ServerRight[]
}
