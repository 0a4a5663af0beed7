import { z } from 'zod'
import type { Administrator } from '../admin/port.ts'

export const MailMessageId = z.uuid().brand<'MailMessageId'>()
export type MailMessageId = z.infer<typeof MailMessageId>

export const MailState = z.enum(['waiting', 'sent', 'failed'])
export type MailState = z.infer<typeof MailState>

/** An e-mail as whoever runs the server sees it: not what it says. */
export interface MailMessageView {
  readonly id: MailMessageId
  /** What it is for, such as `team.invitation`. */
  readonly kind: string
  readonly recipient: string
  readonly subject: string
  readonly state: MailState
  readonly attempts: number
  /** What the mail server said at the latest attempt. */
  readonly error: string | null
  readonly createdAt: string
  readonly sentAt: string | null
}

export interface MailOverview {
  /** From whom e-mail comes; null where no mail server is configured. */
  readonly from: string | null
  /** The latest 100. */
  readonly messages: readonly MailMessageView[]
}

/** The e-mail that this server sends. */
export interface MailPort {
  overview(): Promise<MailOverview>
  /** Whether a mail server is configured. */
  readonly isConfigured: boolean
  /** Sends an e-mail that means nothing. @throws `mail_not_configured`. */
  test(actor: Administrator, to: string): Promise<{ readonly id: MailMessageId }>
}
