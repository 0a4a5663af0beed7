import { z } from 'zod'
import { TeamId, WorkspaceId } from '../ids.ts'
import { HostPattern } from '../secrets/procedures.ts'
import { personProcedure, router } from '../trpc.ts'

const holder = z.object({ teamId: TeamId.nullable().default(null) })
const patterns = z.array(z.union([z.enum(['preset:packages', 'preset:github', 'preset:ai']), HostPattern], 'A host is a name such as api.example.com, *.example.com, or a preset such as preset:packages.')).max(200)

export const egressRouter = router({
  rules: personProcedure.input(holder.prefault({})).query(({ ctx, input }) => ctx.egress.rules(ctx.actor, input.teamId)),
  setRules: personProcedure
    .input(holder.extend({ fallback: z.enum(['open', 'closed']), allow: patterns, deny: patterns }))
    .mutation(({ ctx, input: { teamId, ...rules } }) => ctx.egress.setRules(ctx.actor, teamId, rules)),
  calls: personProcedure
    .input(z.object({ workspaceId: WorkspaceId, refused: z.boolean().default(false), limit: z.number().int().min(1).max(500).default(50) }))
    .query(({ ctx, input }) => ctx.egress.calls(ctx.actor, input.workspaceId, input.refused, input.limit)),
})
