import { FileVersionId, errors } from '@arcx/router'
import type {
  FileChange,
  FileVersion,
  FileVersionText,
  HistoryPort,
  UserActor,
  WorkspaceId,
  Writer,
} from '@arcx/router'
import { overPrisma } from '@arcx/database/over-prisma'
import { inTransaction } from '@arcx/prisma'
import type { Database, Queries } from '@arcx/prisma'
import { addVersion, documentChanges, documentVersion, documentVersions } from '@arcx/prisma/sql/document-history'
import type { DocumentVersionRow } from '@arcx/prisma/sql/document-history'
import { recordAudit } from '../audit/audit.ts'
import type { ContainerRef, ExecRequest, Execution } from '../runtime/port.ts'
import { WorkspaceFile } from './workspace-file.ts'

const byteOrderMark = '\uFEFF'

export interface FileHistoryNeeds {
  readonly database: Database
  /** @throws `workspace_not_found`. */
  workspaceOf(actor: UserActor, id: WorkspaceId): Promise<unknown>
  /** @throws `workspace_not_found`, `forbidden`, `workspace_not_running`. */
  runningOf(actor: UserActor, id: WorkspaceId): Promise<ContainerRef & { readonly name: string }>
  run(container: ContainerRef, request: ExecRequest): Promise<Execution>
}

/** What team-state has kept of a workspace's files: who wrote when, and what they held. */
export class FileHistory implements HistoryPort {
  readonly #needs: FileHistoryNeeds

  constructor(needs: FileHistoryNeeds) {
    this.#needs = needs
  }

  async changes(
    actor: UserActor,
    workspaceId: WorkspaceId,
    path: string | null,
    limit: number,
  ): Promise<readonly FileChange[]> {
    await this.#needs.workspaceOf(actor, workspaceId)
    const rows = await documentChanges(this.#needs.database, workspaceId, path, limit)
    const writers = await this.#writers(rows)
    return rows.map((row) => ({
      path: row.path,
      by: writers(row.userId),
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    }))
  }

  async versions(actor: UserActor, workspaceId: WorkspaceId, path: string): Promise<readonly FileVersion[]> {
    await this.#needs.workspaceOf(actor, workspaceId)
    const rows = await documentVersions(this.#needs.database, workspaceId, path)
    const writers = await this.#writers(rows)
    return rows.map((row) => present(row, writers(row.userId)))
  }

  async version(actor: UserActor, workspaceId: WorkspaceId, id: FileVersionId): Promise<FileVersionText> {
    await this.#needs.workspaceOf(actor, workspaceId)
    const row = await this.#require(workspaceId, id)
    return { ...present(row, (await this.#writers([row]))(row.userId)), text: row.text }
  }

  async restore(actor: UserActor, workspaceId: WorkspaceId, id: FileVersionId): Promise<boolean> {
    const container = await this.#needs.runningOf(actor, workspaceId)
    const version = await this.#require(workspaceId, id)
    const file = new WorkspaceFile((ref, request) => this.#needs.run(ref, request), container, version.path)
    return await inTransaction(this.#needs.database, async (queries) => {
      const { documentId } = version
      // Until it is recorded, no window takes what it finds on disk for a program's.
      await lockDocument(queries, documentId)
      const now = await file.read()
      const before = now === null ? null : plain(now)
      if (before === version.text) return false
      if (before !== null) await addVersion(queries, { documentId, userId: null, cause: 'disk', text: before })
      await addVersion(queries, { documentId, userId: actor.userId, cause: 'restored', text: version.text })
      await file.write(written(version.text, now))
      await recordAudit(overPrisma(queries), {
        actor,
        action: 'workspace.restore-file',
        target: { kind: 'file', id: workspaceId, name: `${container.name}:${version.path}` },
        outcome: 'ok',
      })
      return true
    })
  }

  async #require(workspaceId: WorkspaceId, id: FileVersionId): Promise<DocumentVersionRow & { readonly text: string }> {
    const row = await documentVersion(this.#needs.database, workspaceId, id)
    if (row === null) throw errors.versionNotFound()
    return row
  }

  async #writers(rows: readonly { readonly userId: string | null }[]): Promise<(userId: string | null) => Writer> {
    const ids = [...new Set(rows.flatMap(({ userId }) => (userId === null ? [] : [userId])))]
    const people =
      ids.length === 0
        ? []
        : await this.#needs.database.user.findMany({
            where: { id: { in: ids } },
            select: { id: true, login: true, name: true },
          })
    const known = new Map(people.map(({ id, login, name }) => [id, { login, name }]))
    return (userId) => {
      if (userId === null) return { kind: 'program' }
      const person = known.get(userId)
      return person === undefined ? { kind: 'gone' } : { kind: 'person', ...person }
    }
  }
}

function present({ id, path, at, cause, letters }: DocumentVersionRow, by: Writer): FileVersion {
  return { id: FileVersionId.parse(id), path, at: at.toISOString(), by, cause, letters }
}

/** As editors share it. */
const plain = (text: string): string => (text.startsWith(byteOrderMark) ? text.slice(1) : text).replaceAll('\r\n', '\n')

/** With the beginning and the ends of lines that the file has now. */
function written(text: string, now: string | null): string {
  const lines = now?.includes('\r\n') === true ? text.replaceAll('\n', '\r\n') : text
  return now?.startsWith(byteOrderMark) === true ? byteOrderMark + lines : lines
}

/** Until the transaction is over; Prisma has no word for that. */
async function lockDocument(queries: Queries, id: string): Promise<void> {
  await queries.$queryRaw`SELECT 1 FROM "Document" WHERE "id" = ${id}::uuid FOR UPDATE`
}
