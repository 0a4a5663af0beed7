import { z } from 'zod'
import { EmailAddress } from './address.ts'
import { adminProcedure, personProcedure, router } from '../trpc.ts'

export const mailRouter = router({
  isConfigured: personProcedure.query(({ ctx }) => ctx.mail.isConfigured),
  overview: adminProcedure.query(({ ctx }) => ctx.mail.overview()),
  test: adminProcedure
    .input(z.object({ to: EmailAddress }))
    .mutation(({ ctx, input }) => ctx.mail.test(ctx.actor, input.to)),
})
