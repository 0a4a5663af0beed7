import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorkspaceId } from '@arcx/router'

/**
 * The directory in which arc-proxy listens for each workspace, as set by the orchestrator. Each is kept as a symbolic link,
 * so that arc-proxy listens again after a restart even while the orchestrator is away.
 */
export class ListenDirectories {
  readonly #root: string

  constructor(dataDirectory: string) {
    this.#root = join(dataDirectory, 'entrances')
  }

  async keep(workspaceId: WorkspaceId, directory: string): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 })
    const draft = `${this.#link(workspaceId)}.new`
    await rm(draft, { force: true })
    await symlink(directory, draft)
    await rename(draft, this.#link(workspaceId))
  }

  /** Null where the orchestrator has set none. */
  of(workspaceId: WorkspaceId): Promise<string | null> {
    return readlink(this.#link(workspaceId)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
  }

  async forget(workspaceId: WorkspaceId): Promise<void> {
    await rm(this.#link(workspaceId), { force: true })
  }

  #link(workspaceId: WorkspaceId): string {
    return join(this.#root, workspaceId)
  }
}
