import { z } from 'zod'
import { OwnerInput, ownerFrom } from '../owner.ts'
import { WorkspaceId } from '../ids.ts'
import { Instant } from '../instant.ts'
import { lastEventId, resumable, resumeOf } from '../resume.ts'
import { personProcedure, router } from '../trpc.ts'
import { EgressRules } from './rules.ts'

const filter = {
  refused: z.boolean().default(false),
  host: z.string().trim().min(1).max(253).nullable().default(null),
  limit: z.number().int().min(1).max(500).default(50),
}

export const egressRouter = router({
  rules: personProcedure
    .input(OwnerInput.prefault({}))
    .query(({ ctx, input }) => ctx.egress.rules(ctx.actor, ownerFrom(input))),
  setRules: personProcedure
    .input(OwnerInput.extend(EgressRules.shape))
    .mutation(({ ctx, input: { teamId, workspaceId, ...rules } }) =>
      ctx.egress.setRules(ctx.actor, ownerFrom({ teamId, workspaceId }), rules),
    ),
  calls: personProcedure
    .input(z.object({ workspaceId: WorkspaceId, before: Instant.nullable().default(null), ...filter }))
    .query(({ ctx, input: { workspaceId, ...wanted } }) => ctx.egress.calls(ctx.actor, workspaceId, wanted)),
  /** It begins anew with the newest, also where it goes on after a cut. */
  onCalls: personProcedure
    .input(z.object({ workspaceId: WorkspaceId, lastEventId, ...filter }))
    .subscription(({ ctx, input, signal }) => {
      const { workspaceId, lastEventId: _after, ...wanted } = input
      return resumable(ctx.egress.onCalls(ctx.actor, workspaceId, wanted, resumeOf(input, signal).signal))
    }),
})
