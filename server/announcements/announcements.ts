import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { AnnouncementId, errors } from '@arcx/router'
import type { Administrator, Announcement, AnnouncementsPort } from '@arcx/router'
import type { AnnouncementRow, Database } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'

const atOnce = 5
const hourMs = 3600_000

/** What whoever runs the server tells everybody on it. */
export class Announcements implements AnnouncementsPort {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async current(): Promise<readonly Announcement[]> {
    const rows = await this.#database
      .selectFrom('Announcement')
      .selectAll()
      .where((builder) => builder.or([builder('endsAt', 'is', null), builder('endsAt', '>', sql<Date>`now()`)]))
      .orderBy('createdAt', 'desc')
      .execute()
    return rows.map(present)
  }

  async announce(
    actor: Administrator,
    text: string,
    tone: Announcement['tone'],
    hours: number | null,
  ): Promise<Announcement> {
    if ((await this.current()).length >= atOnce) throw errors.announcementLimitReached(atOnce)
    const row = await this.#database.transaction().execute(async (transaction) => {
      const made = await transaction
        .insertInto('Announcement')
        .values({ id: randomUUID(), text, tone, endsAt: hours === null ? null : new Date(Date.now() + hours * hourMs) })
        .returningAll()
        .executeTakeFirstOrThrow()
      await recordAudit(transaction, {
        actor,
        action: 'announcement.make',
        target: { kind: 'announcement', id: made.id, name: text.slice(0, 80) },
        outcome: 'ok',
      })
      return made
    })
    return present(row)
  }

  async end(actor: Administrator, id: AnnouncementId): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const ended = await transaction
        .deleteFrom('Announcement')
        .where('id', '=', id)
        .returning('text')
        .executeTakeFirst()
      if (ended === undefined) throw errors.announcementNotFound()
      await recordAudit(transaction, {
        actor,
        action: 'announcement.end',
        target: { kind: 'announcement', id, name: ended.text.slice(0, 80) },
        outcome: 'ok',
      })
    })
  }
}

function present(row: AnnouncementRow): Announcement {
  return {
    id: AnnouncementId.parse(row.id),
    text: row.text,
    tone: row.tone,
    createdAt: row.createdAt.toISOString(),
    endsAt: row.endsAt?.toISOString() ?? null,
  }
}
