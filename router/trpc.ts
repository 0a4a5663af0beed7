import { initTRPC, TRPCError } from '@trpc/server'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server'
import type { UserActor } from './actor.ts'
import type { IdentityPort } from './auth/port.ts'
import { ArcError, errors } from './errors.ts'
import type { ErrorDetails, ErrorKind } from './errors.ts'
import type { WorkspacesPort } from './workspaces/port.ts'

/** What a procedure may call, and who asks. The server implements each port. */
export interface Context {
  readonly actor: UserActor | null
  readonly identity: IdentityPort
  readonly workspaces: WorkspacesPort
}

/** What a client sees of an `ArcError`, at `error.data.arc`. */
export interface ArcErrorShape {
  readonly kind: ErrorKind
  readonly code: string
  readonly details: ErrorDetails
}

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const cause = error.cause
    const arc: ArcErrorShape | null =
      cause instanceof ArcError ? { kind: cause.kind, code: cause.code, details: cause.details } : null
    // A fault of ours is logged with its cause by the edge; what it said stays here.
    const message = error.code === 'INTERNAL_SERVER_ERROR' ? 'Something went wrong on the server.' : shape.message
    const { stack: _stack, ...data } = shape.data
    return { ...shape, message, data: { ...data, arc } }
  },
})

const codeOf: Record<ErrorKind, TRPC_ERROR_CODE_KEY> = {
  NotFound: 'NOT_FOUND',
  Forbidden: 'FORBIDDEN',
  Unauthenticated: 'UNAUTHORIZED',
  LimitReached: 'TOO_MANY_REQUESTS',
  Conflict: 'CONFLICT',
  Invalid: 'BAD_REQUEST',
  Unavailable: 'SERVICE_UNAVAILABLE',
}

/** An `ArcError` with its tRPC code; anything else as it is. */
export function withTrpcCode(error: unknown): unknown {
  return error instanceof ArcError
    ? new TRPCError({ code: codeOf[error.kind], message: error.message, cause: error })
    : error
}

export const router = t.router
export const createCallerFactory = t.createCallerFactory

export const publicProcedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (!result.ok && result.error.cause instanceof ArcError) throw withTrpcCode(result.error.cause)
  return result
})

/** For signed-in people only. */
export const personProcedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.actor === null) throw errors.signedOut()
  return next({ ctx: { ...ctx, actor: ctx.actor } })
})
