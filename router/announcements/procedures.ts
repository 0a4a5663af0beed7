import { z } from 'zod'
import { adminProcedure, personProcedure, router } from '../trpc.ts'
import { AnnouncementId } from './port.ts'

export const announcementsRouter = router({
  current: personProcedure.query(({ ctx }) => ctx.announcements.current()),
  announce: adminProcedure
    .input(
      z.object({
        text: z.string().trim().min(1).max(500),
        tone: z.enum(['info', 'warning']).default('info'),
        hours: z
          .number()
          .int()
          .min(1)
          .max(24 * 90)
          .nullable()
          .default(null),
      }),
    )
    .mutation(({ ctx, input }) => ctx.announcements.announce(ctx.actor, input.text, input.tone, input.hours)),
  end: adminProcedure
    .input(z.object({ id: AnnouncementId }))
    .mutation(({ ctx, input }) => ctx.announcements.end(ctx.actor, input.id)),
})
