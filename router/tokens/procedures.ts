import { z } from 'zod'
import { TokenId, WorkspaceId } from '../ids.ts'
import { personProcedure, router } from '../trpc.ts'
import { Scope } from './token.ts'

export const tokensRouter = router({
  list: personProcedure.query(({ ctx }) => ctx.tokens.list(ctx.actor)),

  create: personProcedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(60),
        scopes: z.array(Scope).min(1).max(Scope.options.length),
        workspaceIds: z.array(WorkspaceId).min(1).max(50).nullable().default(null),
        expiresDays: z.number().int().min(1).max(366).nullable().default(90),
      }),
    )
    .mutation(({ ctx, input }) => ctx.tokens.create(ctx.actor, input)),

  /** A token's own end, whatever it is for. */
  revokeOwn: personProcedure.mutation(({ ctx }) => ctx.tokens.revokeOwn(ctx.actor)),

  revoke: personProcedure
    .input(z.object({ id: TokenId }))
    .mutation(({ ctx, input }) => ctx.tokens.revoke(ctx.actor, input.id)),
})
