import type { WorkspaceChange, WorkspaceFacts, WorkspaceOperation } from '@arcx/router'

/** What subscribers are sent of a change, made once for all who may do the same with the workspace. */
export class ChangeCache {
  readonly #changes = new WeakMap<WorkspaceFacts, Map<string, WorkspaceChange>>()

  of(workspace: WorkspaceFacts, may: readonly WorkspaceOperation[]): WorkspaceChange {
    const byRights = this.#changes.get(workspace) ?? new Map<string, WorkspaceChange>()
    this.#changes.set(workspace, byRights)
    const rights = may.join(' ')
    const known = byRights.get(rights)
    if (known !== undefined) return known
    const change: WorkspaceChange = { type: 'changed', workspace: { ...workspace, may } }
    byRights.set(rights, change)
    return change
  }
}
