import type { Database, Pool } from '@arcx/prisma'

const active = ['starting', 'running']

const writeRecords = `
  INSERT INTO "EgressRecord" ("id", "workspaceId", "userId", "at", "method", "scheme", "host", "port", "path", "outcome", "status", "bytesUp", "bytesDown", "durationMs", "secrets", "scrubbed", "redacted")
  SELECT "id", "workspaceId", "userId", "at", "method", "scheme", "host", "port", "path", "outcome", "status", "bytesUp", "bytesDown", "durationMs", "secrets", "scrubbed", "redacted"
  FROM jsonb_to_recordset($1::jsonb) AS told (
    "id" uuid, "workspaceId" uuid, "userId" uuid, "at" timestamptz, "method" text, "scheme" text, "host" text, "port" integer, "path" text, "outcome" text, "status" integer,
    "bytesUp" bigint, "bytesDown" bigint, "durationMs" integer, "secrets" text[], "scrubbed" integer, "redacted" jsonb
  )
  ON CONFLICT ("id") DO UPDATE SET
    "outcome" = excluded."outcome", "status" = excluded."status", "bytesUp" = excluded."bytesUp", "bytesDown" = excluded."bytesDown", "durationMs" = excluded."durationMs",
    "secrets" = excluded."secrets", "scrubbed" = excluded."scrubbed", "redacted" = excluded."redacted"
  -- What is over stays as it is: a journal that is read again may know of its beginning alone.
  WHERE "EgressRecord"."outcome" = 'open'`

export type TenantRows = NonNullable<Awaited<ReturnType<ProxyStore['tenant']>>>

/** What arc-proxy reads and writes of the database. */
export class ProxyStore {
  readonly #database: Database
  readonly #pool: Pool

  /** Both of the same database. */
  constructor(database: Database, pool: Pool) {
    this.#database = database
    this.#pool = pool
  }

  /** Whose a workspace is, with the secrets and egress policies that count for it, by id; null where it is not there. */
  async tenant(workspaceId: string) {
    const workspace = await this.#database.workspace.findUnique({
      where: { id: workspaceId },
      select: { ownerId: true, teamId: true, createdById: true },
    })
    if (workspace === null) return null
    const { ownerId, teamId } = workspace
    // A condition with a null in it would be met by everybody else’s rows.
    const owner = teamId !== null ? [{ teamId }] : ownerId !== null ? [{ ownerId }] : []
    const where = { OR: [...owner, { workspaceId }] }
    const [secrets, policies] = await Promise.all([
      this.#database.secret.findMany({
        where,
        select: { id: true, name: true, sealed: true, placeholder: true, hosts: true, places: true, updatedAt: true },
        orderBy: { id: 'asc' },
      }),
      this.#database.egressPolicy.findMany({
        where,
        select: {
          id: true,
          fallback: true,
          allow: true,
          deny: true,
          limits: true,
          found: true,
          pasted: true,
          updatedAt: true,
        },
        orderBy: { id: 'asc' },
      }),
    ])
    return { workspace, secrets, policies }
  }

  async activeWorkspaceIds(): Promise<readonly string[]> {
    const rows = await this.#database.workspace.findMany({ where: { state: { in: active } }, select: { id: true } })
    return rows.map(({ id }) => id)
  }

  /**
   * Writes requests of workspaces down, each as it was last told: `json` is an array of them, with the columns' names. Raw,
   * as Prisma has no conditional upsert of many; and as one parameter past Prisma, which puts it into words twice more,
   * since thousands a second come: what each row costs this process is nearly nothing.
   */
  async writeRecords(json: string): Promise<void> {
    await this.#pool.query({ text: writeRecords, values: [json] })
  }

  /** Of requests whose process ended before they did. Resolves to which they were. */
  interruptOpenRecords(): Promise<readonly { readonly id: string; readonly workspaceId: string }[]> {
    return this.#database.egressRecord.updateManyAndReturn({
      where: { outcome: 'open' },
      data: { outcome: 'interrupted' },
      select: { id: true, workspaceId: true },
    })
  }

  async forgetRecords(before: Date): Promise<void> {
    await this.#database.egressRecord.deleteMany({ where: { at: { lt: before } } })
  }
}
