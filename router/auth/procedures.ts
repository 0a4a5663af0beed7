import { z } from 'zod'
import { SessionId } from '../ids.ts'
import { publicProcedure, router, sessionProcedure } from '../trpc.ts'

export const authRouter = router({
  /** Who is signed in; `null` when nobody is. */
  me: publicProcedure.query(({ ctx }) => {
    const actor = ctx.actor
    if (actor?.kind !== 'user') return null
    return {
      userId: actor.userId,
      login: actor.login,
      name: actor.name,
      role: actor.role,
      tier: actor.tier,
      status: actor.status,
      may: ctx.authorization.rightsOf(actor),
    }
  }),

  options: publicProcedure.query(({ ctx }) => ctx.identity.options()),

  signOut: sessionProcedure.mutation(({ ctx }) => ctx.identity.signOut(ctx.actor)),

  sessions: router({
    list: sessionProcedure.query(({ ctx }) => ctx.identity.sessions(ctx.actor)),
    end: sessionProcedure
      .input(z.object({ sessionId: SessionId }))
      .mutation(({ ctx, input }) => ctx.identity.endSession(ctx.actor, input.sessionId)),
    endOthers: sessionProcedure.mutation(({ ctx }) => ctx.identity.endOtherSessions(ctx.actor)),
  }),
})
