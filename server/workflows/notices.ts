import type { TeamId, UserId, WorkflowId } from '@arcx/router'
import type { PublishEvent } from '../event-webhooks/publish.ts'
import type { EnqueueMail } from '../mail/message.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface WorkflowNotice {
  /** `approval`: it waits until somebody with the right decides. */
  readonly kind: 'notice' | 'approval'
  readonly ownerId: UserId | null
  readonly teamId: TeamId | null
  readonly workflow: { readonly id: WorkflowId; readonly name: string }
  readonly run: { readonly id: string; readonly number: number }
  readonly text: string
  /** Of whoever saved the workflow; null where none is known. */
  readonly email: string | null
}

export type NoticeWorkflow = (unit: Unit, notice: WorkflowNotice) => Promise<void>

/** Tells endpoints that listen, and of an approval whoever saved the workflow by e-mail. */
export const noticeOfWorkflows =
  (publish: PublishEvent, enqueue: EnqueueMail): NoticeWorkflow =>
  async (unit, { kind, ownerId, teamId, workflow, run, text, email }) => {
    const owner = teamId !== null ? { teamId } : ownerId !== null ? { ownerId } : null
    if (owner !== null) await publish(unit, owner, `workflow.${kind}`, { workflow, run, text })
    if (kind !== 'approval' || email === null) return
    await enqueue(unit, {
      kind: 'workflow.approval',
      to: email,
      subject: `${workflow.name} waits for an approval`,
      text: [`Run ${run.number} of the workflow ${workflow.name} goes on once somebody has approved it:`, text],
      link: { path: `/workflows/${workflow.id}/runs/${run.id}`, words: 'Approve or decline' },
    })
  }
