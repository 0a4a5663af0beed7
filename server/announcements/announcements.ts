import { AnnouncementId, errors } from '@arcx/router'
import type { Administrator, Announcement, AnnouncementsPort } from '@arcx/router'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { AnnouncementRow, AnnouncementStore } from './store.ts'

const atOnce = 5
const hourMs = 3600_000

/** What whoever runs the server tells everybody on it. */
export class Announcements implements AnnouncementsPort {
  readonly #store: AnnouncementStore
  readonly #unitOfWork: UnitOfWork

  constructor(store: AnnouncementStore, unitOfWork: UnitOfWork) {
    this.#store = store
    this.#unitOfWork = unitOfWork
  }

  async current(): Promise<readonly Announcement[]> {
    return (await this.#store.current()).map(present)
  }

  async announce(
    actor: Administrator,
    text: string,
    tone: Announcement['tone'],
    hours: number | null,
  ): Promise<Announcement> {
    if ((await this.current()).length >= atOnce) throw errors.announcementLimitReached(atOnce)
    const endsAt = hours === null ? null : new Date(Date.now() + hours * hourMs)
    return this.#unitOfWork(actor, async (unit) => {
      const row = await this.#store.insert(unit, { text, tone, endsAt })
      unit.record({ action: 'announcement.make', target: targetOf(row.id, text) })
      return present(row)
    })
  }

  async end(actor: Administrator, id: AnnouncementId): Promise<void> {
    await this.#unitOfWork(actor, async (unit) => {
      const text = await this.#store.delete(unit, id)
      if (text === null) throw errors.announcementNotFound()
      unit.record({ action: 'announcement.end', target: targetOf(id, text) })
    })
  }
}

const targetOf = (id: string, text: string) => ({ kind: 'announcement', id, name: text.slice(0, 80) })

function present(row: AnnouncementRow): Announcement {
  return {
    id: AnnouncementId.parse(row.id),
    text: row.text,
    tone: row.tone,
    createdAt: row.createdAt.toISOString(),
    endsAt: row.endsAt?.toISOString() ?? null,
  }
}
