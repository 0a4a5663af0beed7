import { z } from 'zod'
import { WorkspaceId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'
import { FileVersionId } from './port.ts'

const byId = z.object({ workspaceId: WorkspaceId })
const path = z.string().min(1).max(1024)
const oneVersion = byId.extend({ versionId: FileVersionId })

export const historyRouter = router({
  changes: personProcedure
    .input(byId.extend({ path: path.nullable().default(null), limit: z.number().int().min(1).max(500).default(100) }))
    .query(({ ctx, input }) => ctx.history.changes(ctx.actor, input.workspaceId, input.path, input.limit)),

  versions: personProcedure
    .input(byId.extend({ path }))
    .query(({ ctx, input }) => ctx.history.versions(ctx.actor, input.workspaceId, input.path)),

  version: personProcedure
    .input(oneVersion)
    .query(({ ctx, input }) => ctx.history.version(ctx.actor, input.workspaceId, input.versionId)),

  restore: personProcedure
    .input(oneVersion)
    .mutation(({ ctx, input }) => ctx.history.restore(ctx.actor, input.workspaceId, input.versionId)),
})
