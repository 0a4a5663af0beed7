import { createHash } from 'node:crypto'
import type { SignupMode, UserId } from '@arcx/router'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { GitHubProfile } from './github.ts'
import type { PersonRow, PersonStore } from './person-store.ts'
import type { SignUpStore } from './sign-up-store.ts'

/** Accepts an open invitation to a team; its membership is added once the account exists. `null` where there is none. */
export type TakeTeamInvite = (
  unit: Unit,
  code: string | null,
  login: string,
) => Promise<{ readonly joined: string | null; join(userId: UserId): Promise<void> } | null>

export const inviteHash = (code: string) => new Uint8Array(createHash('sha256').update(code).digest())

export type SignUpOutcome =
  | {
      readonly kind: 'in'
      readonly user: PersonRow & { readonly status: 'active' | 'waiting_payment' }
      readonly isNew: boolean
      readonly joined: string | null
    }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'leaving' }
  | { readonly kind: 'waitlisted' }

export interface SignUpDependencies {
  readonly people: PersonStore
  readonly signUps: SignUpStore
  readonly mode: SignupMode
  readonly takeTeamInvite: TakeTeamInvite
}

/**
 * Finds or makes the account of whoever GitHub says has come. Those already in stay in, whatever the mode is now; a
 * renamed login stays the same person, as GitHub's number is who they are.
 */
export async function admitPerson(
  unit: Unit,
  { people, signUps, mode, takeTeamInvite }: SignUpDependencies,
  { githubId, login, name, email }: GitHubProfile,
  inviteCode: string | null,
): Promise<SignUpOutcome> {
  // Two sign-ins of one new person at once: the second waits here, and then finds the account.
  await signUps.hold(unit, githubId)
  const person = { githubId, login, name, email }
  const known = await people.refresh(unit, person)
  if (known !== undefined) {
    const { status } = known
    if (status === 'suspended' || status === 'leaving') return { kind: status }
    return { kind: 'in', user: { ...known, status }, isNew: false, joined: null }
  }
  const invited =
    mode !== 'invite' ||
    (inviteCode !== null && (await signUps.useInvite(unit, inviteHash(inviteCode)))) ||
    (await signUps.wasInvited(unit, githubId))
  const acceptedInvite = invited ? null : await takeTeamInvite(unit, inviteCode, login)
  if (!invited && acceptedInvite === null) {
    await signUps.wait(unit, person)
    return { kind: 'waitlisted' }
  }
  const status = mode === 'stripe' ? 'waiting_payment' : 'active'
  const user = await people.add(unit, { ...person, status })
  await signUps.endWait(unit, githubId)
  await acceptedInvite?.join(user.id)
  return { kind: 'in', user: { ...user, status }, isNew: true, joined: acceptedInvite?.joined ?? null }
}
