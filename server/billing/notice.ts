import type { EnqueueMail } from '../mail/message.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface BillingNotice {
  /** `unpaid`: a payment is missing since now; `ended`: it was missing for too long. */
  readonly what: 'unpaid' | 'ended'
  readonly email: string | null
  /** Null of a person's own. */
  readonly teamName: string | null
  /** When the plan ends, or has ended. */
  readonly endsAt: Date
}

export type NoticeBilling = (unit: Unit, notice: BillingNotice) => Promise<void>

/** Tells the person, or the team's owner. */
export const noticeOfBilling =
  (enqueue: EnqueueMail): NoticeBilling =>
  async (unit, { what, email, teamName, endsAt }) => {
    if (email === null) return
    const plan = teamName === null ? 'your plan' : `the plan of the team ${teamName}`
    const day = endsAt.toISOString().slice(0, 10)
    await enqueue(unit, {
      kind: `billing.${what}`,
      to: email,
      subject: what === 'unpaid' ? `A payment for ${plan} is missing` : `For a missing payment, ${plan} has ended`,
      text:
        what === 'unpaid'
          ? [
              `A payment for ${plan} did not come through. The plan goes on until ${day}.`,
              'Unless it is paid by then, what runs beyond the next lower plan is stopped. Nothing is deleted.',
            ]
          : [
              `A payment for ${plan} has been missing for too long, so the plan has ended.`,
              'What ran beyond the next lower plan has been stopped. Nothing was deleted; once it is paid, all can be started again.',
            ],
      link: {
        path: teamName === null ? '/settings' : `/teams/${encodeURIComponent(teamName)}`,
        words: 'Pay what is missing',
      },
    })
  }
