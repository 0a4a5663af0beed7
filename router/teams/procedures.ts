import { z } from 'zod'
import { quoted } from '../host-pattern.ts'
import { TeamId, TeamInviteId, UserId } from '../ids.ts'
import { lastEventId, resumable, resumeOf } from '../resume.ts'
import { EmailAddress } from '../mail/address.ts'
import { personProcedure, publicProcedure, router } from '../trpc.ts'
import { InvitedRole } from './team.ts'

const byTeam = z.object({ teamId: TeamId })
const byMember = byTeam.extend({ userId: UserId })
/** Longer than any valid name, so that the refusal can explain and suggest. */
const wantedName = z.string().trim().max(200)
const code = z.string().max(100)
/** GitHub's logins: letters, digits and single hyphens. */
const login = z
  .string()
  .trim()
  .regex(/^[a-z\d](?:[a-z\d-]{0,37}[a-z\d])?$/i, {
    error: ({ input }) =>
      `${quoted(input)} is not a GitHub login. One has letters, digits and single hyphens, 39 at most.`,
  })

export const teamsRouter = router({
  list: personProcedure.query(({ ctx }) => ctx.teams.list(ctx.actor)),
  get: personProcedure
    .input(z.union([byTeam, z.object({ name: wantedName })]))
    .query(({ ctx, input }) => ctx.teams.get(ctx.actor, input)),
  create: personProcedure
    .input(z.object({ name: wantedName }))
    .mutation(({ ctx, input }) => ctx.teams.create(ctx.actor, input.name)),
  rename: personProcedure
    .input(byTeam.extend({ name: wantedName }))
    .mutation(({ ctx, input }) => ctx.teams.rename(ctx.actor, input.teamId, input.name)),
  remove: personProcedure.input(byTeam).mutation(({ ctx, input }) => ctx.teams.remove(ctx.actor, input.teamId)),
  leave: personProcedure.input(byTeam).mutation(({ ctx, input }) => ctx.teams.leave(ctx.actor, input.teamId)),
  transfer: personProcedure
    .input(byMember)
    .mutation(({ ctx, input }) => ctx.teams.transfer(ctx.actor, input.teamId, input.userId)),

  members: router({
    setRole: personProcedure
      .input(byMember.extend({ role: InvitedRole }))
      .mutation(({ ctx, input }) => ctx.teams.setRole(ctx.actor, input.teamId, input.userId, input.role)),
    remove: personProcedure
      .input(byMember)
      .mutation(({ ctx, input }) => ctx.teams.removeMember(ctx.actor, input.teamId, input.userId)),
  }),

  invites: router({
    create: personProcedure
      .input(
        byTeam.extend({
          role: InvitedRole.default('member'),
          login: login.nullable().default(null),
          email: EmailAddress.nullable().default(null),
          maxUses: z.number().int().min(1).max(500).default(1),
          expiresDays: z.number().int().min(1).max(30).default(7),
        }),
      )
      .mutation(({ ctx, input: { teamId, ...wanted } }) => ctx.teamInvites.invite(ctx.actor, teamId, wanted)),
    revoke: personProcedure
      .input(byTeam.extend({ inviteId: TeamInviteId }))
      .mutation(({ ctx, input }) => ctx.teamInvites.revokeInvite(ctx.actor, input.teamId, input.inviteId)),
  }),

  /** What a link invites to; for anybody, since nobody is signed in yet when they click it. */
  invitation: publicProcedure
    .input(z.object({ code }))
    .query(({ ctx, input }) => ctx.teamInvites.invitation(input.code)),
  accept: personProcedure
    .input(z.object({ code }))
    .mutation(({ ctx, input }) => ctx.teamInvites.accept(ctx.actor, input.code)),
  invitations: personProcedure.query(({ ctx }) => ctx.teamInvites.invitations(ctx.actor)),
  answer: personProcedure
    .input(z.object({ inviteId: TeamInviteId, accept: z.boolean() }))
    .mutation(({ ctx, input }) => ctx.teamInvites.answer(ctx.actor, input.inviteId, input.accept)),

  onChange: personProcedure
    .input(z.object({ lastEventId }).optional())
    .subscription(({ ctx, input, signal }) => resumable(ctx.teams.onChange(ctx.actor, resumeOf(input, signal)))),
})
