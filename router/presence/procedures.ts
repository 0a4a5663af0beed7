import { z } from 'zod'
import { TeamId, WorkspaceId } from '../ids.ts'
import { lastEventId, resumable, resumeOf } from '../resume.ts'
import { personProcedure, router } from '../trpc.ts'
import { PresencePlace } from './presence.ts'

export const presenceRouter = router({
  /** `place` null: gone. */
  set: personProcedure
    .input(
      z.object({
        place: PresencePlace.nullable(),
        tab: z.string().max(60).default(''),
        agent: z.string().trim().min(1).max(60).default('Agent'),
      }),
    )
    .mutation(({ ctx, input }) =>
      ctx.presence.set(
        ctx.actor,
        ctx.connection,
        input.tab,
        input.place,
        input.place?.client === 'agent' ? input.agent : null,
      ),
    ),

  onTeam: personProcedure
    .input(z.object({ teamId: TeamId, lastEventId }))
    .subscription(({ ctx, input, signal }) =>
      resumable(ctx.presence.onTeam(ctx.actor, input.teamId, resumeOf(input, signal))),
    ),

  onWorkspace: personProcedure
    .input(z.object({ workspaceId: WorkspaceId, lastEventId }))
    .subscription(({ ctx, input, signal }) =>
      resumable(ctx.presence.onWorkspace(ctx.actor, input.workspaceId, resumeOf(input, signal))),
    ),
})
