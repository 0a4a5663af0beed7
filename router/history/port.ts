import { z } from 'zod'
import type { UserActor } from '../actor.ts'
import type { WorkspaceId } from '../ids.ts'

export const FileVersionId = z.uuid().brand<'FileVersionId'>()
export type FileVersionId = z.infer<typeof FileVersionId>

/** Whoever wrote: a person, one whose account is gone, or a program that wrote the file itself. */
export type Writer =
  | { readonly kind: 'person'; readonly login: string; readonly name: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'program' }

/** Somebody's writing in one file, without a long pause. */
export interface FileChange {
  readonly path: string
  readonly by: Writer
  readonly firstAt: string
  readonly lastAt: string
}

/** What a file held at a moment. */
export interface FileVersion {
  readonly id: FileVersionId
  readonly path: string
  readonly at: string
  readonly by: Writer
  readonly cause: 'opened' | 'saved' | 'disk' | 'restored'
  readonly letters: number
}

export interface FileVersionText extends FileVersion {
  readonly text: string
}

/** Who wrote what in a workspace's files, as far as they were open in an editor. */
export interface HistoryPort {
  /** The latest first; `path` for one file alone. @throws `workspace_not_found`. */
  changes(
    actor: UserActor,
    workspaceId: WorkspaceId,
    path: string | null,
    limit: number,
  ): Promise<readonly FileChange[]>
  /** The latest first. @throws `workspace_not_found`. */
  versions(actor: UserActor, workspaceId: WorkspaceId, path: string): Promise<readonly FileVersion[]>
  /** @throws `workspace_not_found`, `version_not_found`. */
  version(actor: UserActor, workspaceId: WorkspaceId, id: FileVersionId): Promise<FileVersionText>
  /**
   * Writes the file as it was then; what it holds now is kept as a version before. Whoever has it open sees it change, and
   * what they have not saved stays. False where it is so already.
   * @throws `workspace_not_found`, `version_not_found`, `forbidden`, `workspace_not_running`, `file_in_the_way`, `restore_failed`.
   */
  restore(actor: UserActor, workspaceId: WorkspaceId, id: FileVersionId): Promise<boolean>
}
