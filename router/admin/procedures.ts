import { z } from 'zod'
import { Tier } from '../actor.ts'
import { TeamId, UserId, WorkspaceId } from '../ids.ts'
import { UsagePrice, UsageSpan } from '../usage/port.ts'
import { TierLimits } from '../tiers/port.ts'
import { adminProcedure, router } from '../trpc.ts'
import { InviteId, WebhookDeliveryId, WebhookOutcome } from './admin.ts'

const byUser = z.object({ userId: UserId })

const byWorkspace = z.object({ workspaceId: WorkspaceId })
const found = z
  .union([
    z.object({ login: z.string().min(1).max(100) }),
    z.object({ search: z.string().trim().max(100).default('') }),
  ])
  .prefault({})

export const adminRouter = router({
  overview: adminProcedure.query(({ ctx }) => ctx.admin.overview()),
  workspaces: router({
    list: adminProcedure.input(found).query(({ ctx, input }) => ctx.admin.workspaces(input)),
    start: adminProcedure
      .input(byWorkspace)
      .mutation(({ ctx, input }) => ctx.admin.startWorkspace(ctx.actor, input.workspaceId)),
    stop: adminProcedure
      .input(byWorkspace)
      .mutation(({ ctx, input }) => ctx.admin.stopWorkspace(ctx.actor, input.workspaceId)),
    remove: adminProcedure
      .input(byWorkspace)
      .mutation(({ ctx, input }) => ctx.admin.removeWorkspace(ctx.actor, input.workspaceId)),
  }),
  invites: router({
    list: adminProcedure.query(({ ctx }) => ctx.admin.invites()),
    create: adminProcedure
      .input(
        z.object({
          maxUses: z.number().int().min(1).max(10_000).default(1),
          expiresDays: z.number().int().min(1).max(365).default(14),
        }),
      )
      .mutation(({ ctx, input }) => ctx.admin.createInvite(ctx.actor, input.maxUses, input.expiresDays)),
    revoke: adminProcedure
      .input(z.object({ id: InviteId }))
      .mutation(({ ctx, input }) => ctx.admin.revokeInvite(ctx.actor, input.id)),
  }),
  webhooks: router({
    list: adminProcedure
      .input(z.object({ outcome: WebhookOutcome.nullable().default(null) }).prefault({}))
      .query(({ ctx, input }) => ctx.admin.webhooks(input.outcome)),
    replay: adminProcedure
      .input(z.object({ id: WebhookDeliveryId }))
      .mutation(({ ctx, input }) => ctx.admin.replayWebhook(ctx.actor, input.id)),
  }),
  githubApp: router({
    get: adminProcedure.query(({ ctx }) => ctx.githubApp.view()),
    remove: adminProcedure.mutation(({ ctx }) => ctx.githubApp.remove(ctx.actor)),
    installations: adminProcedure.query(({ ctx }) => ctx.githubApp.installations()),
    connect: adminProcedure
      .input(z.object({ installationId: z.int().positive(), team: z.string().trim().min(1).max(100).nullable() }))
      .mutation(({ ctx, input }) => ctx.githubApp.connect(ctx.actor, input.installationId, input.team)),
  }),
  waitlist: router({
    list: adminProcedure.query(({ ctx }) => ctx.admin.waitlist()),
    invite: adminProcedure
      .input(z.object({ githubId: z.number().int().positive() }))
      .mutation(({ ctx, input }) => ctx.admin.inviteFromWaitlist(ctx.actor, input.githubId)),
  }),
  tiers: router({
    list: adminProcedure.query(({ ctx }) => ctx.tiers.list()),
    update: adminProcedure.input(TierLimits).mutation(({ ctx, input }) => ctx.tiers.update(ctx.actor, input)),
  }),
  usage: router({
    all: adminProcedure.input(UsageSpan).query(({ ctx, input }) => ctx.usage.all(input)),
    setPrice: adminProcedure
      .input(z.object({ price: UsagePrice.nullable() }))
      .mutation(({ ctx, input }) => ctx.usage.setPrice(ctx.actor, input.price)),
  }),
  billing: router({ list: adminProcedure.query(({ ctx }) => ctx.billing.customers()) }),
  teams: router({
    list: adminProcedure
      .input(z.object({ search: z.string().trim().max(100).default('') }).prefault({}))
      .query(({ ctx, input }) => ctx.tiers.teams(input.search)),
    setTier: adminProcedure
      .input(z.object({ teamId: TeamId, tier: Tier.nullable() }))
      .mutation(({ ctx, input }) => ctx.tiers.setTierOfTeam(ctx.actor, input.teamId, input.tier)),
  }),
  users: router({
    list: adminProcedure.input(found).query(({ ctx, input }) => ctx.admin.users(input)),
    setTier: adminProcedure
      .input(byUser.extend({ tier: Tier }))
      .mutation(({ ctx, input }) => ctx.admin.setTier(ctx.actor, input.userId, input.tier)),
    setRole: adminProcedure
      .input(byUser.extend({ role: z.enum(['member', 'admin']) }))
      .mutation(({ ctx, input }) => ctx.admin.setRole(ctx.actor, input.userId, input.role)),
    suspend: adminProcedure.input(byUser).mutation(({ ctx, input }) => ctx.admin.suspend(ctx.actor, input.userId)),
    /** With all they own. */
    remove: adminProcedure.input(byUser).mutation(({ ctx, input }) => ctx.account.removeFor(ctx.actor, input.userId)),
    reinstate: adminProcedure.input(byUser).mutation(({ ctx, input }) => ctx.admin.reinstate(ctx.actor, input.userId)),
  }),
})
