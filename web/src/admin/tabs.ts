import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** The parts of the administration, by their names in the address. */
export const adminTabs = {
  overview: msg`Overview`,
  people: msg`People`,
  plans: msg`Plans`,
  workspaces: msg`Workspaces`,
  invitations: msg`Invitations`,
  announcements: msg`Announcements`,
  github: msg`GitHub`,
  usage: msg`Usage`,
  webhooks: msg`Webhooks`,
  mail: msg`E-mail`,
  audit: msg`Audit log`,
} as const satisfies Readonly<Record<string, MessageDescriptor>>
export type AdminTab = keyof typeof adminTabs
export const isAdminTab = (value: unknown): value is AdminTab =>
  typeof value === 'string' && Object.hasOwn(adminTabs, value)
