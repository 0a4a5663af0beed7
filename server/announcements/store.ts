import { randomUUID } from 'node:crypto'
import type { Announcement } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface AnnouncementRow {
  readonly id: string
  readonly text: string
  readonly tone: Announcement['tone']
  readonly createdAt: Date
  readonly endsAt: Date | null
}

export class AnnouncementStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The latest first. Raw: they end by the clock of the database, which Prisma has no word for. */
  current(): Promise<readonly AnnouncementRow[]> {
    return this.#database.$queryRaw<AnnouncementRow[]>`
      SELECT "id", "text", "tone", "createdAt", "endsAt" FROM "Announcement"
      WHERE "endsAt" IS NULL OR "endsAt" > now() ORDER BY "createdAt" DESC`
  }

  async insert(unit: Unit, announcement: Pick<AnnouncementRow, 'text' | 'tone' | 'endsAt'>): Promise<AnnouncementRow> {
    const row = await queriesOf(unit).announcement.create({ data: { id: randomUUID(), ...announcement } })
    return { ...row, tone: announcement.tone }
  }

  /** Resolves to its text; null where there is none. */
  async delete(unit: Unit, id: string): Promise<string | null> {
    // Raw: `delete` throws where there is none, and `deleteMany` returns nothing of what it deleted.
    const [deleted] = await queriesOf(unit).$queryRaw<{ readonly text: string }[]>`
      DELETE FROM "Announcement" WHERE "id" = ${id}::uuid RETURNING "text"`
    return deleted?.text ?? null
  }
}
