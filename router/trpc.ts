import { initTRPC, TRPCError } from '@trpc/server'
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server'
import { ZodError } from 'zod'
import type { AccountPort } from './account/port.ts'
import type { AdminPort, GitHubAppPort } from './admin/port.ts'
import type { AnnouncementsPort } from './announcements/port.ts'
import type { AdminActor, Origin, UserActor } from './actor.ts'
import type { AuditPort } from './audit/port.ts'
import type { AuthorizationPort } from './authorization.ts'
import type { BillingPort } from './billing/port.ts'
import type { CollabPort } from './collab/port.ts'
import type { DiskPort } from './disk/port.ts'
import type { EgressPort } from './egress/port.ts'
import type { EventWebhooksPort } from './event-webhooks/port.ts'
import type { SecretsPort } from './secrets/port.ts'
import type { IdentityPort } from './auth/port.ts'
import type { HistoryPort } from './history/port.ts'
import { ArcError, errors, refusalOf } from './errors.ts'
import type { ErrorDetails, ErrorKind } from './errors.ts'
import type { MailPort } from './mail/port.ts'
import type { ClientConnection, PresencePort } from './presence/port.ts'
import type { ProgramsPort } from './programs/port.ts'
import type { TeamInvitesPort, TeamsPort } from './teams/port.ts'
import type { TiersPort } from './tiers/port.ts'
import type { TokensPort } from './tokens/port.ts'
import type { UsagePort } from './usage/port.ts'
import type { WorkflowsPort } from './workflows/port.ts'
import type { WorkspacesPort } from './workspaces/port.ts'

/** What a procedure may call. The server implements each port. */
export interface Ports {
  readonly account: AccountPort
  readonly admin: AdminPort
  readonly announcements: AnnouncementsPort
  readonly audit: AuditPort
  readonly authorization: AuthorizationPort
  readonly billing: BillingPort
  readonly collab: CollabPort
  readonly disk: DiskPort
  readonly egress: EgressPort
  readonly eventWebhooks: EventWebhooksPort
  readonly githubApp: GitHubAppPort
  readonly history: HistoryPort
  readonly identity: IdentityPort
  readonly mail: MailPort
  readonly teamInvites: TeamInvitesPort
  readonly teams: TeamsPort
  readonly tiers: TiersPort
  readonly tokens: TokensPort
  readonly presence: PresencePort
  readonly programs: ProgramsPort
  readonly secrets: SecretsPort
  readonly usage: UsagePort
  readonly workflows: WorkflowsPort
  readonly workspaces: WorkspacesPort
}

export interface Context extends Ports {
  /** Who asks; null where nobody is signed in. */
  readonly actor: UserActor | AdminActor | null
  readonly origin: Origin
  /** What it came by, where that stays open. */
  readonly connection: ClientConnection | null
}

/** What a client sees of an `ArcError`, at `error.data.arc`. */
export interface ArcErrorShape {
  readonly kind: ErrorKind
  readonly code: string
  readonly details: ErrorDetails
}

/** What a schema says of one input, at `error.data.issues`. */
export interface InputIssue {
  /** Where in the input: `hosts.0`; nothing for the whole. */
  readonly field: string
  readonly message: string
}

const issuesOf = (error: ZodError): InputIssue[] =>
  error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))

/** The schema's sentences, each once. */
const sentencesOf = (issues: readonly InputIssue[]): string =>
  [...new Set(issues.map(({ message }) => message))].join(' ')

const t = initTRPC.context<Context>().create({
  errorFormatter({ shape, error }) {
    const cause = error.cause
    const arc: ArcErrorShape | null =
      cause instanceof ArcError ? { kind: cause.kind, code: cause.code, details: cause.details } : null
    const issues = cause instanceof ZodError && error.code === 'BAD_REQUEST' ? issuesOf(cause) : null
    // A fault of ours is logged with its cause by the edge; what it said stays here.
    const message =
      arc === null && error.code === 'INTERNAL_SERVER_ERROR'
        ? 'Something went wrong on the server.'
        : issues === null
          ? (cause instanceof ArcError ? cause : shape).message
          : sentencesOf(issues)
    const { stack: _stack, ...data } = shape.data
    return { ...shape, message, data: { ...data, arc, issues } }
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

/** A refusal with its tRPC code; anything else as it is. */
export function withTrpcCode(error: unknown): unknown {
  const refusal = refusalOf(error)
  return refusal === null
    ? error
    : new TRPCError({ code: codeOf[refusal.kind], message: refusal.message, cause: refusal })
}

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** Every procedure is made from it: the server's table of rights says who may call it. */
export const publicProcedure = t.procedure.use(async ({ ctx, path, type, getRawInput, next }) => {
  const call = { path, actor: ctx.actor, origin: ctx.origin, input: getRawInput }
  try {
    return await ctx.authorization.perform(call, async () => {
      // What stays open has to end with what it was asked by, which is known of WebSockets alone.
      if (type === 'subscription' && ctx.connection === null) throw errors.socketNeeded()
      const result = await next()
      if (!result.ok) throw result.error
      return result
    })
  } catch (error) {
    // What a procedure throws comes as the cause of an error of tRPC's.
    const refusal = refusalOf(error instanceof TRPCError ? error.cause : error)
    throw refusal === null ? error : withTrpcCode(refusal)
  }
})

/** Who has come this far is known to the type, too. */
export const sessionProcedure = publicProcedure.use(({ ctx, next }) => {
  const { actor } = ctx
  if (actor?.kind !== 'user' || actor.via !== 'session') throw errors.sessionNeeded()
  return next({ ctx: { actor } })
})

export const personProcedure = publicProcedure.use(({ ctx, next }) => {
  const { actor } = ctx
  if (actor?.kind !== 'user') throw errors.signedOut()
  return next({ ctx: { actor } })
})

export const adminProcedure = publicProcedure.use(({ ctx, next }) => {
  const { actor } = ctx
  if (actor === null) throw errors.signedOut()
  return next({ ctx: { actor } })
})
