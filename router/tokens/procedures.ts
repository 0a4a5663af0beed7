import { z } from 'zod'
import { TokenId, WorkspaceId } from '../ids.ts'
import { router, sessionProcedure } from '../trpc.ts'
import { Scope } from './token.ts'

export const tokensRouter = router({
  list: sessionProcedure.query(({ ctx }) => ctx.tokens.list(ctx.actor)),

  create: sessionProcedure
    .input(
      z.object({
        name: z.string().trim().min(1).max(60),
        scopes: z.array(Scope).min(1).max(Scope.options.length),
        workspaceIds: z.array(WorkspaceId).min(1).max(50).nullable().default(null),
        expiresDays: z.number().int().min(1).max(366).nullable().default(90),
      }),
    )
    .mutation(({ ctx, input }) => ctx.tokens.create(ctx.actor, input)),

  revoke: sessionProcedure.input(z.object({ id: TokenId })).mutation(({ ctx, input }) => ctx.tokens.revoke(ctx.actor, input.id)),
})
