import { z } from 'zod'
import { WorkspaceId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'

export const collabRouter = router({
  ticket: personProcedure
    .input(z.object({ workspaceId: WorkspaceId }))
    .mutation(({ ctx, input }) => ctx.collab.ticket(ctx.actor, input.workspaceId)),
})
