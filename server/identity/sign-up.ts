import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { UserId } from '@arcx/router'
import type { SignupMode } from '@arcx/router'
import type { Transaction } from '@arcx/database'
import type { GitHubProfile } from './github.ts'

/** What an open invitation to a team gives: a place in it, taken once the account is there. `null` where there is none. */
export type TakeTeamInvite = (
  transaction: Transaction,
  code: string | null,
  login: string,
) => Promise<{ readonly joined: string | null; join(userId: UserId): Promise<void> } | null>

export const inviteHash = (code: string): Buffer => createHash('sha256').update(code).digest()

export type Admission =
  | {
      readonly kind: 'in'
      readonly user: {
        readonly id: string
        readonly login: string
        readonly name: string
        readonly role: 'member' | 'admin'
        readonly tier: 'free' | 'pro' | 'team'
        readonly standing: 'active' | 'waiting_payment'
      }
      readonly isNew: boolean
      readonly joined: string | null
    }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'leaving' }
  | { readonly kind: 'waitlisted' }

/**
 * Finds or makes the account of whoever GitHub says has come. Those already in stay in, whatever the mode is now; a
 * renamed login stays the same person, as GitHub's number is who they are.
 */
export async function admitPerson(
  transaction: Transaction,
  mode: SignupMode,
  profile: GitHubProfile,
  inviteCode: string | null,
  takeTeamInvite: TakeTeamInvite,
): Promise<Admission> {
  // Two sign-ins of one new person at once: the second waits here, and then finds the account.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('arcx sign-up', ${profile.githubId}))`.execute(transaction)
  const { githubId, login, name, email } = profile
  const known = await transaction
    .updateTable('User')
    .set({ login, name, email })
    .where('githubId', '=', String(githubId))
    .returning(['id', 'login', 'name', 'role', 'tier', 'standing'])
    .executeTakeFirst()
  if (known !== undefined) {
    const { standing } = known
    if (standing === 'suspended' || standing === 'leaving') return { kind: standing }
    return { kind: 'in', user: { ...known, standing }, isNew: false, joined: null }
  }
  const invited =
    mode !== 'invite' || (await takeInvite(transaction, inviteCode)) || (await wasInvited(transaction, githubId))
  const place = invited ? null : await takeTeamInvite(transaction, inviteCode, login)
  if (!invited && place === null) {
    await transaction
      .insertInto('WaitlistEntry')
      .values({ githubId, login, email })
      .onConflict((conflict) => conflict.column('githubId').doUpdateSet({ login, email }))
      .execute()
    return { kind: 'waitlisted' }
  }
  const standing = mode === 'stripe' ? 'waiting_payment' : 'active'
  const user = await transaction
    .insertInto('User')
    .values({ id: randomUUID(), githubId, login, name, email, standing })
    .returning(['id', 'login', 'name', 'role', 'tier'])
    .executeTakeFirstOrThrow()
  await transaction.deleteFrom('WaitlistEntry').where('githubId', '=', String(githubId)).execute()
  await place?.join(UserId.parse(user.id))
  return { kind: 'in', user: { ...user, standing }, isNew: true, joined: place?.joined ?? null }
}

/** Uses up one of a code's uses; of any number at once, no more get in than it has. */
async function takeInvite(transaction: Transaction, code: string | null): Promise<boolean> {
  if (code === null) return false
  const taken = await transaction
    .updateTable('InviteCode')
    .set({ uses: sql`"uses" + 1` })
    .where('hash', '=', inviteHash(code))
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', sql<Date>`now()`)
    .where(sql<boolean>`"uses" < "maxUses"`)
    .executeTakeFirst()
  return taken.numUpdatedRows > 0n
}

async function wasInvited(transaction: Transaction, githubId: number): Promise<boolean> {
  const entry = await transaction
    .selectFrom('WaitlistEntry')
    .select('invitedAt')
    .where('githubId', '=', String(githubId))
    .executeTakeFirst()
  return entry?.invitedAt instanceof Date
}
