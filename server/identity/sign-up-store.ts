import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { GitHubPerson } from './person-store.ts'

/** Who may sign up: codes of invitations, and the waitlist. */
export class SignUpStore {
  /** Until the unit is done, nobody else signs in who is the same person to GitHub. */
  async hold(unit: Unit, githubId: number): Promise<void> {
    // Prisma has no word for an advisory lock.
    await queriesOf(unit)
      .$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('arcx sign-up', ${BigInt(githubId)}::bigint))::text`
  }

  /** Uses up one of a code's uses; of any number at once, no more get in than it has. */
  async useInvite(unit: Unit, hash: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { inviteCode } = queriesOf(unit)
    const { count } = await inviteCode.updateMany({
      where: { hash, revokedAt: null, expiresAt: { gt: new Date() }, uses: { lt: inviteCode.fields.maxUses } },
      data: { uses: { increment: 1 } },
    })
    return count > 0
  }

  /** Whether somebody on the waitlist was invited. */
  async wasInvited(unit: Unit, githubId: number): Promise<boolean> {
    const entry = await queriesOf(unit).waitlistEntry.findUnique({
      where: { githubId: BigInt(githubId) },
      select: { invitedAt: true },
    })
    return entry !== null && entry.invitedAt !== null
  }

  async wait(unit: Unit, { githubId, login, email }: GitHubPerson): Promise<void> {
    await queriesOf(unit).waitlistEntry.upsert({
      where: { githubId: BigInt(githubId) },
      create: { githubId: BigInt(githubId), login, email },
      update: { login, email },
    })
  }

  async endWait(unit: Unit, githubId: number): Promise<void> {
    await queriesOf(unit).waitlistEntry.deleteMany({ where: { githubId: BigInt(githubId) } })
  }
}
