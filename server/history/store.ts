import type { Database } from '@arcx/prisma'
import { addVersion, documentChanges, documentVersion, documentVersions } from '@arcx/prisma/sql/document-history'
import type { DocumentChangeRow, DocumentVersionRow } from '@arcx/prisma/sql/document-history'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export type { DocumentChangeRow, DocumentVersionRow } from '@arcx/prisma/sql/document-history'

export interface WriterRow {
  readonly id: string
  readonly login: string
  readonly name: string
}

/** What team-state has kept of files. */
export class HistoryStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The latest first; `path` for one file alone. */
  changes(workspaceId: string, path: string | null, limit: number): Promise<readonly DocumentChangeRow[]> {
    return documentChanges(this.#database, workspaceId, path, limit)
  }

  /** The latest first. */
  versions(workspaceId: string, path: string): Promise<readonly DocumentVersionRow[]> {
    return documentVersions(this.#database, workspaceId, path)
  }

  version(workspaceId: string, id: string): Promise<(DocumentVersionRow & { readonly text: string }) | null> {
    return documentVersion(this.#database, workspaceId, id)
  }

  /** Those people that there still are. */
  async people(ids: readonly string[]): Promise<readonly WriterRow[]> {
    if (ids.length === 0) return []
    return await this.#database.user.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, login: true, name: true },
    })
  }

  /** Keeps what the file holds, and what `userId` is about to write to it. Resolves to the id of the latter, where it is a new version. */
  async addRestored(
    unit: Unit,
    documentId: string,
    userId: string,
    { before, restored }: { readonly before: string | null; readonly restored: string },
  ): Promise<string | null> {
    const queries = queriesOf(unit)
    // No window decides what it finds on disk while this is added; Prisma has no word for that.
    await queries.$queryRaw`SELECT 1 FROM "Document" WHERE "id" = ${documentId}::uuid FOR UPDATE`
    if (before !== null) await addVersion(queries, { documentId, userId: null, cause: 'disk', text: before })
    return addVersion(queries, { documentId, userId, cause: 'restored', text: restored })
  }

  async deleteVersion(unit: Unit, id: string): Promise<void> {
    await queriesOf(unit).documentVersion.deleteMany({ where: { id } })
  }
}
