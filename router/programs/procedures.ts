import { z } from 'zod'
import { ProgramKind } from './port.ts'
import { publicProcedure, router, sessionProcedure } from '../trpc.ts'

/** What the program calls itself; shown, never trusted. */
const clientName = z.string().trim().min(1).max(80)
const opaque = z.string().regex(/^[\w-]{20,128}$/)
const userCode = z.string().max(20)

export const programsRouter = router({
  /** From the page on which a signed-in person lets a program on the same machine in. */
  authorize: sessionProcedure
    .input(
      z.object({
        kind: ProgramKind.default('cli'),
        clientName,
        port: z.number().int().min(1024).max(65_535),
        state: opaque,
        challenge: z.string().regex(/^[\w-]{43}$/),
      }),
    )
    .mutation(({ ctx, input }) => ctx.programs.authorize(ctx.actor, input)),
  exchange: publicProcedure
    .input(z.object({ code: opaque, verifier: opaque }))
    .mutation(({ ctx, input }) => ctx.programs.exchange(ctx.origin, input.code, input.verifier)),

  enter: publicProcedure
    .input(z.object({ code: opaque, verifier: opaque, clientName }))
    .mutation(({ ctx, input }) => ctx.programs.enter(ctx.origin, input.clientName, input.code, input.verifier)),

  beginDevice: publicProcedure
    .input(z.object({ clientName }))
    .mutation(({ ctx, input }) => ctx.programs.beginDevice(ctx.origin, input.clientName)),
  pollDevice: publicProcedure
    .input(z.object({ deviceCode: opaque }))
    .mutation(({ ctx, input }) => ctx.programs.pollDevice(ctx.origin, input.deviceCode)),
  request: sessionProcedure
    .input(z.object({ userCode }))
    .query(({ ctx, input }) => ctx.programs.request(input.userCode)),
  answer: sessionProcedure
    .input(z.object({ userCode, accept: z.boolean() }))
    .mutation(({ ctx, input }) => ctx.programs.answer(ctx.actor, input.userCode, input.accept)),
})
