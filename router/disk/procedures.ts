import { personProcedure, router } from '../trpc.ts'

export const diskRouter = router({
  condition: personProcedure.query(({ ctx }) => ctx.disk.condition(ctx.actor)),
})
