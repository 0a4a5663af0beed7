import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { TeamId } from '@arcx/router'
import type { ServiceActor } from '@arcx/router'
import type { JobKind } from '../jobs/job.ts'

export const service: ServiceActor = { kind: 'service', service: 'billing' }

/**
 * `cause`: one queued for an event is not the one that runs already for an earlier one, and may have asked Stripe too soon.
 */
const caused = { cause: z.string().min(1).max(200) }

/** Asks Stripe what a customer has subscribed. */
export const reconcileCustomer: JobKind<{ customerId: string; cause: string }> = {
  name: 'billing.reconcile',
  input: z.object({ customerId: z.uuid(), ...caused }),
  keyOf: ({ customerId, cause }) => `${customerId} ${cause}`,
  attempts: 200,
}

/** Tells Stripe how many are in a team. */
export const countSeats: JobKind<{ teamId: TeamId; cause: string }> = {
  name: 'billing.seats',
  input: z.object({ teamId: TeamId, ...caused }),
  keyOf: ({ teamId, cause }) => `${teamId} ${cause}`,
  attempts: 200,
}

/** Stops what a plan does not hold any more. */
export const stopExcess: JobKind<{ customerId: string; cause: string }> = {
  name: 'billing.stop-excess',
  input: z.object({ customerId: z.uuid(), ...caused }),
  keyOf: ({ customerId, cause }) => `${customerId} ${cause}`,
}

const nothing = { input: z.strictObject({}), keyOf: () => 'all' }
/** Whatever event or change was lost. */
export const repairAll: JobKind<Record<string, never>> = { name: 'billing.repair', ...nothing }
/** Ends what was unpaid for longer than the grace, of which there is no event. */
export const endGrace: JobKind<Record<string, never>> = { name: 'billing.end-grace', ...nothing }

export const newCause = (why: string): string => `${why} ${randomUUID()}`
