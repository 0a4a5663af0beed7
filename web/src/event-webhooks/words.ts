import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { EventDeliveryState, OffBecause, WebhookEventType, WebhookFormat } from '@arcx/router'

/** In the order in which they are offered. */
export const eventWords: Readonly<Record<WebhookEventType, MessageDescriptor>> = {
  'workspace.created': msg`A workspace was created`,
  'workspace.started': msg`A workspace is running`,
  'workspace.stopped': msg`A workspace has stopped`,
  'workspace.failed': msg`A workspace has failed`,
  'workspace.deleted': msg`A workspace was deleted`,
  'member.joined': msg`Somebody joined the team`,
  'member.left': msg`Somebody left the team`,
  'budget.alert': msg`A budget is nearly, or all, used up`,
  'workflow.notice': msg`A workflow says something`,
  'workflow.approval': msg`A workflow waits for an approval`,
}

export const formatWords: Readonly<Record<WebhookFormat, MessageDescriptor>> = {
  plain: msg`JSON, signed`,
  slack: msg`Message for Slack`,
  discord: msg`Message for Discord`,
}

export const offWords: Readonly<Record<OffBecause, MessageDescriptor>> = {
  owner: msg`Switched off`,
  failing: msg`Switched off after five days of failures`,
  gone: msg`Switched off: it answered that it is gone`,
}

export const stateWords: Readonly<Record<EventDeliveryState, MessageDescriptor>> = {
  waiting: msg`Waiting`,
  delivered: msg`Delivered`,
  failed: msg`Failed`,
}
