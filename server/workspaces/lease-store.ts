import type { Database } from '@arcx/prisma'

export interface Lease {
  readonly workspaceId: string
  readonly id: string
  readonly holder: string
}

/**
 * Leases on workspaces. Raw throughout: they are taken and kept by one conditional statement each, and run by the clock
 * of the database, which all copies of this process share.
 */
export class LeaseStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Takes one that nobody has, that has run out, or that one of `from` has. Resolves to whether it was to be had. */
  async take({ workspaceId, id, holder }: Lease, lastsMs: number, from: readonly string[]): Promise<boolean> {
    const taken = await this.#database.$executeRaw`
      INSERT INTO "WorkspaceLease" ("workspaceId", "id", "holder", "expiresAt")
      VALUES (${workspaceId}::uuid, ${id}::uuid, ${holder}, clock_timestamp() + ${lastsMs}::int * interval '1 millisecond')
      ON CONFLICT ("workspaceId") DO UPDATE SET "id" = excluded."id", "holder" = excluded."holder", "expiresAt" = excluded."expiresAt"
      WHERE "WorkspaceLease"."expiresAt" <= clock_timestamp() OR "WorkspaceLease"."holder" = ANY(${[...from]}::text[])`
    return taken > 0
  }

  async holderOf(workspaceId: string): Promise<string | null> {
    const row = await this.#database.workspaceLease.findUnique({ where: { workspaceId }, select: { holder: true } })
    return row?.holder ?? null
  }

  /** Resolves to those of the ids that are still held. One that has run out is, where nobody has taken it. */
  async renew(ids: readonly string[], lastsMs: number): Promise<ReadonlySet<string>> {
    const rows = await this.#database.$queryRaw<{ readonly id: string }[]>`
      UPDATE "WorkspaceLease" SET "expiresAt" = clock_timestamp() + ${lastsMs}::int * interval '1 millisecond'
      WHERE "id" = ANY(${[...ids]}::uuid[]) RETURNING "id"`
    return new Set(rows.map(({ id }) => id))
  }

  async free(id: string): Promise<void> {
    await this.#database.$executeRaw`DELETE FROM "WorkspaceLease" WHERE "id" = ${id}::uuid`
  }

  /** What copies that have crashed left, of workspaces that nobody drives any more. */
  async forgetExpired(): Promise<void> {
    await this.#database
      .$executeRaw`DELETE FROM "WorkspaceLease" WHERE "expiresAt" < clock_timestamp() - interval '1 hour'`
  }
}
