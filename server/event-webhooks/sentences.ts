import type { WebhookEventData, WebhookEventType } from '@arcx/router'

type Sentences = { readonly [Type in WebhookEventType]: (data: WebhookEventData[Type], by: string | null) => string }

const byWhom = (by: string | null): string => (by === null ? '' : ` by ${by}`)

/** What is said of an event in a chat. */
const sentences: Sentences = {
  'workspace.created': ({ workspace }, by) => `The workspace ${workspace.name} was created${byWhom(by)}.`,
  'workspace.started': ({ workspace }) => `The workspace ${workspace.name} is running.`,
  'workspace.stopped': ({ workspace }) => `The workspace ${workspace.name} has stopped.`,
  'workspace.failed': ({ workspace, reason }) =>
    `The workspace ${workspace.name} has failed${reason === null ? '.' : `: ${reason}`}`,
  'workspace.deleted': ({ workspace }) => `The workspace ${workspace.name} was deleted.`,
  'member.joined': ({ member }) => `${member.login} has joined the team.`,
  'member.left': ({ member }) => `${member.login} is no longer in the team.`,
  'budget.alert': ({ budget: { percent, hours, hardStop } }) =>
    `${percent} % of this month’s budget of ${hours} hours are used${percent === 100 && hardStop ? ': everything was stopped' : ''}.`,
  'workflow.notice': ({ workflow, text }) => `${workflow.name}: ${text}`,
  'workflow.approval': ({ workflow, run, text }) =>
    `Run ${run.number} of the workflow ${workflow.name} waits for an approval: ${text}`,
}

export const sentenceOf = <Type extends WebhookEventType>(
  type: Type,
  data: WebhookEventData[Type],
  by: string | null,
): string => sentences[type](data, by)

export const testSentence = 'This is a test of arcx: events will come here.'
