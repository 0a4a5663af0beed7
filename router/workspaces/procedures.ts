import { z } from 'zod'
import { TeamId, WorkspaceId } from '../ids.ts'
import { lastEventId, resumable, resumeOf } from '../resume.ts'
import { personProcedure, router } from '../trpc.ts'

const byId = z.object({ workspaceId: WorkspaceId })
/** Longer than any valid name, so that the refusal can explain and suggest. */
const wantedName = z.string().trim().max(200)

export const workspacesRouter = router({
  rules: personProcedure.query(({ ctx }) => ctx.workspaces.rules),
  list: personProcedure.query(({ ctx }) => ctx.workspaces.list(ctx.actor)),

  get: personProcedure
    .input(z.union([byId, z.object({ name: wantedName })]))
    .query(({ ctx, input }) =>
      'name' in input
        ? ctx.workspaces.getByName(ctx.actor, input.name)
        : ctx.workspaces.get(ctx.actor, input.workspaceId),
    ),

  create: personProcedure
    .input(z.object({ name: wantedName, teamId: TeamId.nullable().default(null) }))
    .mutation(({ ctx, input }) => ctx.workspaces.create(ctx.actor, input.name, input.teamId)),

  freeName: personProcedure
    .input(z.object({ wanted: wantedName }))
    .query(({ ctx, input }) => ctx.workspaces.freeName(ctx.actor, input.wanted)),

  start: personProcedure.input(byId).mutation(({ ctx, input }) => ctx.workspaces.start(ctx.actor, input.workspaceId)),

  stop: personProcedure.input(byId).mutation(({ ctx, input }) => ctx.workspaces.stop(ctx.actor, input.workspaceId)),

  restart: personProcedure
    .input(byId)
    .mutation(({ ctx, input }) => ctx.workspaces.restart(ctx.actor, input.workspaceId)),

  rename: personProcedure
    .input(byId.extend({ name: wantedName }))
    .mutation(({ ctx, input }) => ctx.workspaces.rename(ctx.actor, input.workspaceId, input.name)),

  remove: personProcedure.input(byId).mutation(({ ctx, input }) => ctx.workspaces.remove(ctx.actor, input.workspaceId)),

  /** With `follow` false it ends with what there is. */
  logs: personProcedure
    .input(byId.extend({ lastEventId, follow: z.boolean().default(true) }))
    .subscription(({ ctx, input, signal }) =>
      resumable(ctx.workspaces.logs(ctx.actor, input.workspaceId, input.follow, resumeOf(input, signal))),
    ),

  stats: personProcedure
    .input(byId.extend({ lastEventId }))
    .subscription(({ ctx, input, signal }) =>
      resumable(ctx.workspaces.stats(ctx.actor, input.workspaceId, resumeOf(input, signal))),
    ),

  onChange: personProcedure
    .input(z.object({ lastEventId }).optional())
    .subscription(({ ctx, input, signal }) => resumable(ctx.workspaces.onChange(ctx.actor, resumeOf(input, signal)))),
})
