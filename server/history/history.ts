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
import type { ContainerRef, RuntimePort } from '../runtime/port.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { DocumentVersionRow, HistoryStore } from './store.ts'
import { WorkspaceFile } from './workspace-file.ts'

const byteOrderMark = '\uFEFF'

export interface FileHistoryDependencies {
  readonly store: HistoryStore
  readonly unitOfWork: UnitOfWork
  readonly workspaces: {
    /** @throws `workspace_not_found`. */
    get(actor: UserActor, id: WorkspaceId): Promise<unknown>
    /** @throws `workspace_not_found`, `forbidden`, `workspace_not_running`. */
    running(actor: UserActor, id: WorkspaceId): Promise<ContainerRef & { readonly name: string }>
  }
  readonly runtime: Pick<RuntimePort, 'exec'>
}

/** What team-state has kept of a workspace's files: who wrote when, and what they held. */
export class FileHistory implements HistoryPort {
  readonly #dependencies: FileHistoryDependencies

  constructor(dependencies: FileHistoryDependencies) {
    this.#dependencies = dependencies
  }

  async changes(
    actor: UserActor,
    workspaceId: WorkspaceId,
    path: string | null,
    limit: number,
  ): Promise<readonly FileChange[]> {
    await this.#dependencies.workspaces.get(actor, workspaceId)
    const rows = await this.#dependencies.store.changes(workspaceId, path, limit)
    const writers = await this.#writers(rows)
    return rows.map((row) => ({
      path: row.path,
      by: writers(row.userId),
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
    }))
  }

  async versions(actor: UserActor, workspaceId: WorkspaceId, path: string): Promise<readonly FileVersion[]> {
    await this.#dependencies.workspaces.get(actor, workspaceId)
    const rows = await this.#dependencies.store.versions(workspaceId, path)
    const writers = await this.#writers(rows)
    return rows.map((row) => present(row, writers(row.userId)))
  }

  async version(actor: UserActor, workspaceId: WorkspaceId, id: FileVersionId): Promise<FileVersionText> {
    await this.#dependencies.workspaces.get(actor, workspaceId)
    const row = await this.#require(workspaceId, id)
    return { ...present(row, (await this.#writers([row]))(row.userId)), text: row.text }
  }

  async restore(actor: UserActor, workspaceId: WorkspaceId, id: FileVersionId): Promise<boolean> {
    const container = await this.#dependencies.workspaces.running(actor, workspaceId)
    const version = await this.#require(workspaceId, id)
    const { store, unitOfWork, runtime } = this.#dependencies
    const { documentId, path, text } = version
    const file = new WorkspaceFile((at, request) => runtime.exec(at, request), container, path)
    // Not within a unit: a container answers when it likes.
    const now = await file.read()
    const before = now === null ? null : plain(now)
    if (before === text) return false
    // Before it is written, so that no window takes what it finds on disk for a program's.
    const restored = { before, restored: text }
    const added = await unitOfWork(actor, (unit) => store.addRestored(unit, documentId, actor.userId, restored))
    try {
      await file.write(written(text, now))
    } catch (error) {
      if (added !== null) await unitOfWork(actor, (unit) => store.deleteVersion(unit, added))
      throw error
    }
    await unitOfWork(actor, async (unit) => {
      const target = { kind: 'file', id: workspaceId, name: `${container.name}:${path}` }
      unit.record({ action: 'workspace.restore-file', target })
    })
    return true
  }

  async #require(workspaceId: WorkspaceId, id: FileVersionId): Promise<DocumentVersionRow & { readonly text: string }> {
    const row = await this.#dependencies.store.version(workspaceId, id)
    if (row === null) throw errors.versionNotFound()
    return row
  }

  async #writers(rows: readonly { readonly userId: string | null }[]): Promise<(userId: string | null) => Writer> {
    const ids = [...new Set(rows.flatMap(({ userId }) => (userId === null ? [] : [userId])))]
    const people = await this.#dependencies.store.people(ids)
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
