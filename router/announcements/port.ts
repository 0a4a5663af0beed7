import { z } from 'zod'
import type { Administrator } from '../admin/port.ts'

export const AnnouncementId = z.uuid().brand<'AnnouncementId'>()
export type AnnouncementId = z.infer<typeof AnnouncementId>

/** What whoever runs the server tells everybody on it. */
export interface Announcement {
  readonly id: AnnouncementId
  readonly text: string
  readonly tone: 'info' | 'warning'
  readonly createdAt: string
  readonly endsAt: string | null
}

export interface AnnouncementsPort {
  /** Those that stand now, newest first. */
  current(): Promise<readonly Announcement[]>
  /** @throws `announcement_limit_reached`. */
  announce(actor: Administrator, text: string, tone: Announcement['tone'], hours: number | null): Promise<Announcement>
  /** @throws `announcement_not_found`. */
  end(actor: Administrator, id: AnnouncementId): Promise<void>
}
