import type { TeamRole, UserId } from '@arcx/router'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { TeamChanges } from './changes.ts'
import type { CloseTeam } from './removal.ts'
import type { TeamStore } from './team-store.ts'

/** Who a team goes to where its owner leaves arcx: the eldest of the first of these that there is. */
const heirs: readonly TeamRole[] = ['admin', 'member', 'viewer']

export interface DepartureDependencies {
  readonly store: TeamStore
  readonly changes: TeamChanges
  readonly closeTeam: CloseTeam
}

/**
 * Takes somebody out of all teams, within the unit in which they leave. What they own goes to somebody else who is in it;
 * with nobody left the team is deleted.
 */
export async function departTeams(
  { store, changes, closeTeam }: DepartureDependencies,
  unit: Unit,
  userId: UserId,
): Promise<void> {
  for (const teamId of await store.teamIdsOf(unit, userId)) {
    const team = await store.hold(unit, teamId)
    if (team === undefined) continue
    const { name } = team
    // Until it was held the team could have been handed over.
    const leaving = await store.member(unit, teamId, userId)
    if (leaving === undefined) continue
    const { login, role } = leaving
    await store.removeMember(unit, teamId, userId)
    await changes.tellOfMember(unit, teamId, 'member.left', { id: userId, login })
    if (role !== 'owner') {
      changes.recordAndEmit(unit, 'leave', { teamId, name }, [userId])
      continue
    }
    const members = await store.memberRolesOf(unit, teamId)
    const heir = heirs.flatMap((each) => members.find((member) => member.role === each) ?? []).at(0)
    if (heir === undefined) {
      await closeTeam(unit, teamId)
      changes.recordAndEmit(unit, 'remove', { teamId, name }, [userId])
    } else {
      await store.setRole(unit, teamId, heir.userId, 'owner')
      changes.recordAndEmit(unit, 'transfer', { teamId, name }, [userId, heir.userId])
    }
  }
}
