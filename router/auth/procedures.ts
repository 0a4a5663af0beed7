import { personProcedure, publicProcedure, router } from '../trpc.ts'

export const authRouter = router({
  /** Who is signed in; `null` when nobody is. */
  me: publicProcedure.query(({ ctx }) => {
    const actor = ctx.actor
    if (actor === null) return null
    return { userId: actor.userId, login: actor.login, name: actor.name, role: actor.role, tier: actor.tier }
  }),

  signOut: personProcedure.mutation(({ ctx }) => ctx.identity.signOut(ctx.actor)),
})
