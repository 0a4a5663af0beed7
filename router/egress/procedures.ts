import { z } from 'zod'
import { WorkspaceId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'

export const egressRouter = router({
  calls: personProcedure
    .input(z.object({ workspaceId: WorkspaceId, refused: z.boolean().default(false), limit: z.number().int().min(1).max(500).default(50) }))
    .query(({ ctx, input }) => ctx.egress.calls(ctx.actor, input.workspaceId, input.refused, input.limit)),
})
