import { z } from 'zod'
import { Instant } from '../instant.ts'
import { adminProcedure, router } from '../trpc.ts'

export const AuditFilterInput = z.object({
  action: z.string().trim().min(1).max(80).optional(),
  actorId: z.string().trim().min(1).max(80).optional(),
  targetId: z.string().trim().min(1).max(80).optional(),
  since: Instant.optional(),
  until: Instant.optional(),
})

export const auditRouter = router({
  list: adminProcedure
    .input(
      AuditFilterInput.extend({
        /** The id behind which the page begins. */
        cursor: z
          .string()
          .regex(/^\d{1,18}$/)
          .nullish(),
        limit: z.number().int().min(1).max(200).default(50),
      }).prefault({}),
    )
    .query(({ ctx, input: { cursor, limit, ...filter } }) => ctx.audit.page(filter, cursor ?? undefined, limit)),

  verify: adminProcedure.query(({ ctx }) => ctx.audit.verify()),
})
