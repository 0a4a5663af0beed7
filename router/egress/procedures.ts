import { z } from 'zod'
import { HolderInput, holderOf } from '../holder.ts'
import { WorkspaceId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'
import { EgressRules } from './rules.ts'

const filter = {
  refused: z.boolean().default(false),
  host: z.string().trim().min(1).max(253).nullable().default(null),
  before: z.iso.datetime().nullable().default(null),
  limit: z.number().int().min(1).max(500).default(50),
}

export const egressRouter = router({
  rules: personProcedure
    .input(HolderInput.prefault({}))
    .query(({ ctx, input }) => ctx.egress.rules(ctx.actor, holderOf(input))),
  setRules: personProcedure
    .input(HolderInput.extend(EgressRules.shape))
    .mutation(({ ctx, input: { teamId, workspaceId, ...rules } }) =>
      ctx.egress.setRules(ctx.actor, holderOf({ teamId, workspaceId }), rules),
    ),
  calls: personProcedure
    .input(z.object({ workspaceId: WorkspaceId, ...filter }))
    .query(({ ctx, input: { workspaceId, ...wanted } }) => ctx.egress.calls(ctx.actor, workspaceId, wanted)),
})
