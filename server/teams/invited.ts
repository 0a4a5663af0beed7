import type { UserId } from '@arcx/router'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { TeamChanges } from './changes.ts'
import type { InviteStore } from './invite-store.ts'
import { teamInviteHash } from './invitations.ts'
import type { TeamStore } from './team-store.ts'

/** What an invitation to a team gives to a new account. */
export interface AcceptedInvite {
  /** The team that the new person is in afterwards; null while they have yet to answer. */
  readonly joined: string | null
  /** Puts the new person into the team, where the invitation was a link's. */
  join(userId: UserId): Promise<void>
}

/**
 * What an open invitation gives to somebody who signs up: the code of a link is used up by it, since a link for one must
 * not let in two; one by GitHub login only lets in, and is answered afterwards.
 */
export async function takeTeamInvite(
  {
    teams,
    invites,
    changes,
  }: { readonly teams: TeamStore; readonly invites: InviteStore; readonly changes: Pick<TeamChanges, 'tellOfMember'> },
  unit: Unit,
  code: string | null,
  login: string,
): Promise<AcceptedInvite | null> {
  const used = code === null ? undefined : await invites.useLink(unit, teamInviteHash(code))
  if (used !== undefined) {
    const { name, role, teamId } = used
    return {
      joined: name,
      async join(userId) {
        await teams.addMember(unit, teamId, userId, role)
        await invites.removeOfMember(unit, teamId, userId)
        unit.emit({ type: 'teams.changed', teamId, userIds: [userId] })
        await changes.tellOfMember(unit, teamId, 'member.joined', { id: userId, login })
      },
    }
  }
  return (await invites.isInvited(unit, login)) ? { joined: null, join: async () => undefined } : null
}
