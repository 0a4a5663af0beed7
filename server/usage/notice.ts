import { TeamId, UserId } from '@arcx/router'
import type { PublishEvent } from '../event-webhooks/publish.ts'
import type { EnqueueMail } from '../mail/message.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { UsageOwner } from './store.ts'

export interface BudgetAlert {
  readonly owner: UsageOwner
  /** How much of it is used, at least. */
  readonly percent: 80 | 100
  readonly hours: number
  readonly hardStop: boolean
  /** Of the person, or the team's owner; null where none is known. */
  readonly email: string | null
  /** Null of a person's own. */
  readonly teamName: string | null
}

export type NoticeBudget = (unit: Unit, alert: BudgetAlert) => Promise<void>

/** Tells endpoints that listen, and the person or the team's owner by e-mail. */
export const noticeOfBudgets =
  (publish: PublishEvent, enqueue: EnqueueMail): NoticeBudget =>
  async (unit, { owner, percent, hours, hardStop, email, teamName }) => {
    const told = 'teamId' in owner ? { teamId: TeamId.parse(owner.teamId) } : { ownerId: UserId.parse(owner.personId) }
    await publish(unit, told, 'budget.alert', { budget: { percent, hours, hardStop } })
    if (email === null) return
    const whose = teamName === null ? 'your workspaces' : `the team ${teamName}`
    await enqueue(unit, {
      kind: 'usage.budget',
      to: email,
      subject: percent === 100 ? `The budget of ${whose} is used up` : `80 % of the budget of ${whose} are used`,
      text: [
        `Of the ${hours} hours awake that ${whose} may have this month, ${percent === 100 ? 'all' : '80 %'} are used.`,
        ...(hardStop
          ? [
              percent === 100
                ? 'What ran has been stopped, and nothing is started until the next month or a higher budget. No file is lost.'
                : 'Once all are used, what runs is stopped, and nothing is started until the next month.',
            ]
          : []),
      ],
      link: { path: '/usage', words: 'See what was used' },
    })
  }
