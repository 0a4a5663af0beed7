import { z } from 'zod'
import { router, sessionProcedure } from '../trpc.ts'

export const accountRouter = router({
  export: sessionProcedure.query(({ ctx }) => ctx.account.export(ctx.actor)),
  /** `login`: the actor's own, typed by them, since it cannot be undone. */
  remove: sessionProcedure
    .input(z.object({ login: z.string().max(100) }))
    .mutation(({ ctx, input }) => ctx.account.remove(ctx.actor, input.login)),
})
