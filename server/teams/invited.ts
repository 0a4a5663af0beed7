import { sql } from 'kysely'
import type { Transaction } from '@arcx/database'
import { TeamId } from '@arcx/router'
import type { UserActor } from '@arcx/router'
import { enqueue } from '../events/outbox.ts'
import { teamInviteHash } from './invitations.ts'

/** How an invitation to a team lets somebody new in. */
export interface TeamPlace {
  /** The team that the new person is then in; null where they are still to answer. */
  readonly joined: string | null
  /** Puts the new person into the team, where the invitation was a link's. */
  join(userId: UserActor['userId']): Promise<void>
}

/**
 * What an open invitation gives to somebody who signs up: the code of a link is used up by it, since a link for one must
 * not let in two; one by GitHub login only lets in, and is answered afterwards.
 */
export async function takeTeamInvite(
  transaction: Transaction,
  code: string | null,
  login: string,
): Promise<TeamPlace | null> {
  if (code !== null) {
    const used = await transaction
      .updateTable('TeamInvite')
      .set({ uses: sql`"uses" + 1` })
      .from('Team')
      .whereRef('Team.id', '=', 'TeamInvite.teamId')
      .where('Team.deletingAt', 'is', null)
      .where('hash', '=', teamInviteHash(code))
      .where('expiresAt', '>', sql<Date>`now()`)
      .where(sql<boolean>`"uses" < "maxUses"`)
      .returning(['Team.id', 'Team.name', 'TeamInvite.role'])
      .executeTakeFirst()
    if (used !== undefined) {
      return {
        joined: used.name,
        async join(userId) {
          await transaction.insertInto('Membership').values({ teamId: used.id, userId, role: used.role }).execute()
          await enqueue(transaction, { type: 'teams.changed', teamId: TeamId.parse(used.id), userIds: [userId] })
        },
      }
    }
  }
  const byLogin = await transaction
    .selectFrom('TeamInvite')
    .innerJoin('Team', 'Team.id', 'TeamInvite.teamId')
    .select('TeamInvite.id')
    .where('Team.deletingAt', 'is', null)
    .where('expiresAt', '>', sql<Date>`now()`)
    .where(sql`lower("login")`, '=', login.toLowerCase())
    .executeTakeFirst()
  return byLogin === undefined ? null : { joined: null, join: async () => undefined }
}
