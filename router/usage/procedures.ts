import { z } from 'zod'
import { TeamId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'
import { BudgetInput, UsageSpan } from './port.ts'

export const usageRouter = router({
  mine: personProcedure.input(UsageSpan).query(({ ctx, input }) => ctx.usage.mine(ctx.actor, input)),
  ofTeam: personProcedure
    .input(z.object({ teamId: TeamId, span: UsageSpan }))
    .query(({ ctx, input }) => ctx.usage.ofTeam(ctx.actor, input.teamId, input.span)),
  setBudget: personProcedure.input(BudgetInput).mutation(({ ctx, input }) => ctx.usage.setBudget(ctx.actor, input)),
})
