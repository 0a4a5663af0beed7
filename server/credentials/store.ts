import type { Database } from '@arcx/prisma'

/** As they are kept, as JSON. */
export type Claims = Readonly<Record<string, string | boolean | null>>

/** One-time codes, each by its hash. */
export class CodeStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(code: {
    readonly hash: Uint8Array<ArrayBuffer>
    readonly purpose: string
    readonly claims: Claims
    readonly expiresAt: Date
  }): Promise<void> {
    await this.#database.code.create({ data: code, select: { hash: true } })
  }

  /** Removes it, unless its time is over; of any number at once, one gets its claims, the others `undefined`. */
  async take(hash: Uint8Array<ArrayBuffer>, purpose: string): Promise<unknown> {
    // Raw, as it must be one statement: `deleteMany` returns no rows, and `delete` throws where there is none.
    const [taken] = await this.#database.$queryRaw<{ readonly claims: unknown }[]>`
      DELETE FROM "Code" WHERE "hash" = ${hash} AND "purpose" = ${purpose} AND "expiresAt" > now() RETURNING "claims"`
    return taken?.claims
  }

  async removeExpired(): Promise<void> {
    await this.#database.code.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  }
}
