import { randomUUID } from 'node:crypto'
import { MailMessageId, MailState } from '@arcx/router'
import type { MailMessageView } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

const mostListed = 100

interface MailRow {
  readonly kind: string
  readonly recipient: string
  readonly subject: string
  readonly body: string
}

export class MailStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(unit: Unit, message: MailRow): Promise<MailMessageId> {
    const id = MailMessageId.parse(randomUUID())
    await queriesOf(unit).mailMessage.create({ data: { id, ...message }, select: { id: true } })
    return id
  }

  /** Null where it is sent or given up. */
  async waiting(id: MailMessageId): Promise<MailRow | null> {
    const row = await this.#database.mailMessage.findFirst({
      where: { id, state: 'waiting' },
      select: { kind: true, recipient: true, subject: true, body: true },
    })
    return row === null || row.body === null ? null : { ...row, body: row.body }
  }

  /** What it says is forgotten with its end, as it may hold a link that lets somebody in. */
  async settle(id: MailMessageId, state: MailState, error: string | null): Promise<void> {
    await this.#database.mailMessage.updateMany({
      where: { id, state: 'waiting' },
      data: {
        state,
        error,
        attempts: { increment: 1 },
        ...(state === 'waiting' ? {} : { body: null }),
        ...(state === 'sent' ? { sentAt: new Date() } : {}),
      },
    })
  }

  /** Newest first. */
  async latest(): Promise<readonly MailMessageView[]> {
    const rows = await this.#database.mailMessage.findMany({
      omit: { body: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      take: mostListed,
    })
    return rows.map(({ id, state, createdAt, sentAt, ...row }) => ({
      ...row,
      id: MailMessageId.parse(id),
      state: MailState.parse(state),
      createdAt: createdAt.toISOString(),
      sentAt: sentAt?.toISOString() ?? null,
    }))
  }

  async removeBefore(time: Date): Promise<void> {
    await this.#database.mailMessage.deleteMany({ where: { createdAt: { lt: time } } })
  }
}
