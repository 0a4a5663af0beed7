import { TeamId, UserId, WorkspaceId } from '@arcx/router'
import type { DiskFigures, WorkspaceFacts } from '@arcx/router'
import { shareOf, warnShare } from './disk-use.ts'
import type { DiskLimit } from './disk-use.ts'
import type { WorkspaceRow } from './store.ts'

/** What leaves the server of a workspace. */
export class WorkspacePresenter {
  readonly #urlOf: (name: string) => string
  readonly #diskLimit: DiskLimit | null

  /** `urlOf` gives the address of a name. */
  constructor(urlOf: (name: string) => string, diskLimit: DiskLimit | null) {
    this.#urlOf = urlOf
    this.#diskLimit = diskLimit
  }

  present(row: WorkspaceRow): WorkspaceFacts {
    return {
      id: WorkspaceId.parse(row.id),
      ownerId: row.ownerId === null ? null : UserId.parse(row.ownerId),
      teamId: row.teamId === null ? null : TeamId.parse(row.teamId),
      createdById: row.createdById === null ? null : UserId.parse(row.createdById),
      name: row.name,
      url: this.#urlOf(row.name),
      state: row.state,
      step: row.step,
      reason: row.reason,
      revision: Number(row.revision),
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      startedAt: row.startedAt?.toISOString() ?? null,
      lastActivityAt: row.lastActivityAt?.toISOString() ?? null,
      disk:
        row.diskBytes === null || row.diskFiles === null
          ? null
          : presentDisk(Number(row.diskBytes), Number(row.diskFiles), this.#diskLimit),
    }
  }
}

function presentDisk(bytes: number, files: number, limit: DiskLimit | null): DiskFigures {
  return {
    bytes,
    files,
    limitBytes: limit?.bytes ?? null,
    limitFiles: limit?.files ?? null,
    nearLimit: limit !== null && shareOf({ bytes, files }, limit) >= warnShare,
  }
}
