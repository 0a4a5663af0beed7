import type { Invitation, Team, TeamDetails, TeamInviteId } from '@arcx/router'
import { trpc } from '../server/client.ts'
import { pendingId, optimistically } from '../server/optimistic.ts'

type Teams = readonly Team[]
type Invitations = readonly (Invitation & { readonly id: TeamInviteId })[]

const named = <Named extends Team>(
  team: Named,
  { teamId, name }: { readonly teamId: string; readonly name: string },
): Named => (team.id === teamId ? { ...team, name } : team)
const without = (teams: Teams, { teamId }: { readonly teamId: string }): Teams =>
  teams.filter(({ id }) => id !== teamId)
/** What whoever hands a team over may not do with it any more. */
const ownersAlone: readonly string[] = ['rename', 'transfer', 'remove'] satisfies readonly Team['may'][number][]
const byName = (a: Team, b: Team) => a.name.localeCompare(b.name)

/** What becomes of the teams that one is in by what one asks for. */
export const optimisticTeams = [
  optimistically(trpc.teams.create, (teams: Teams, { name }) =>
    teams.some((team) => team.name === name)
      ? teams
      : [
          ...teams,
          {
            id: pendingId<Team['id']>(name),
            name,
            role: 'owner' as const,
            // Until it is there.
            may: [],
            memberCount: 1,
            workspaceCount: 0,
            createdAt: new Date().toISOString(),
          },
        ].toSorted(byName),
  ),
  optimistically(trpc.teams.rename, (teams: Teams, asked) => teams.map((team) => named(team, asked)).toSorted(byName)),
  optimistically(trpc.teams.leave, without),
  optimistically(trpc.teams.remove, without),
]

/** What becomes of one of them. */
export const optimisticTeam = [
  optimistically(trpc.teams.rename, (team: TeamDetails, asked) => named(team, asked)),
  optimistically(trpc.teams.members.setRole, (team: TeamDetails, { teamId, userId, role }) =>
    team.id === teamId
      ? { ...team, members: team.members.map((member) => (member.userId === userId ? { ...member, role } : member)) }
      : team,
  ),
  optimistically(trpc.teams.members.remove, (team: TeamDetails, { teamId, userId }) =>
    team.id === teamId ? { ...team, members: team.members.filter((member) => member.userId !== userId) } : team,
  ),
  optimistically(trpc.teams.transfer, (team: TeamDetails, { teamId, userId }) =>
    team.id === teamId
      ? {
          ...team,
          may: team.may.filter((right) => !ownersAlone.includes(right)),
          members: team.members.map((member) =>
            member.userId === userId
              ? { ...member, role: 'owner' as const, may: [] }
              : {
                  ...member,
                  role: member.role === 'owner' ? ('admin' as const) : member.role,
                  may: member.may.filter((right) => right !== 'hand-over'),
                },
          ),
        }
      : team,
  ),
  optimistically(trpc.teams.invites.revoke, (team: TeamDetails, { teamId, inviteId }) =>
    team.id === teamId ? { ...team, invites: team.invites.filter(({ id }) => id !== inviteId) } : team,
  ),
]

/** What becomes of the invitations that one has. */
export const optimisticInvitations = [
  optimistically(trpc.teams.answer, (invitations: Invitations, { inviteId }) =>
    invitations.filter(({ id }) => id !== inviteId),
  ),
]
