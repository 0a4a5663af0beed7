import { WorkspaceId, errors } from '@arcx/router'
import type { TeamRole } from '@arcx/router'
import type { Feed } from '../events/feed.ts'
import { onWorkspace, requireMay, rightsTo } from '../authorization/checks.ts'
import type { Principal, WorkspaceTarget } from '../authorization/checks.ts'
import type { WorkspaceStore } from './store.ts'

const freshMs = 1000
const rememberedLimit = 2000

export interface Admitted {
  readonly workspaceId: WorkspaceId
  readonly name: string
  readonly running: boolean
  /** Its container's: another one once it has been started anew. */
  readonly incarnation: number
}

interface CachedRow {
  readonly at: number
  readonly row: Promise<(WorkspaceTarget & { readonly state: string; readonly incarnation: number }) | null>
}

/** Who may open which workspace: what the gateway asks at every request. */
export class Admission {
  readonly #store: Pick<WorkspaceStore, 'byId' | 'byName'>
  readonly #teamsOf: (userId: string) => Promise<ReadonlyMap<string, TeamRole>>
  readonly #cache = new Map<string, CachedRow>()
  /** Under which names a workspace is remembered: a renamed one under its old name as well. */
  readonly #names = new Map<string, Set<string>>()

  constructor(
    store: Pick<WorkspaceStore, 'byId' | 'byName'>,
    teamsOf: (userId: string) => Promise<ReadonlyMap<string, TeamRole>>,
  ) {
    this.#store = store
    this.#teamsOf = teamsOf
  }

  /** @throws `workspace_not_found`, also where it is somebody else's; `forbidden` for who may only see it. */
  async admit(person: Principal, name: string): Promise<Admitted> {
    const [row, teams] = await Promise.all([this.#row(name), this.#teamsOf(person.userId)])
    if (row === null) throw errors.workspaceNotFound()
    requireMay({ ...person, teams }, 'workspace.open', onWorkspace(row))
    return {
      workspaceId: WorkspaceId.parse(row.id),
      name,
      running: row.state === 'running',
      incarnation: row.incarnation,
    }
  }

  /** What a workspace is called now; null where it is gone, or the person may not open it. */
  async whereabouts(
    person: Principal,
    workspaceId: WorkspaceId,
  ): Promise<Pick<Admitted, 'name' | 'incarnation'> | null> {
    const [row, teams] = await Promise.all([this.#store.byId(workspaceId), this.#teamsOf(person.userId)])
    return row !== undefined && rightsTo({ ...person, teams }, row).includes('open')
      ? { name: row.name, incarnation: row.incarnation }
      : null
  }

  /** Forgets a name whenever its workspace changes. Ends with the signal. */
  async follow(feed: Pick<Feed, 'subscribe'>, signal: AbortSignal): Promise<void> {
    for await (const item of feed.subscribe(undefined, signal)) {
      if ('gap' in item) this.#forgetAll()
      else if (item.event.type === 'workspaces.changed')
        this.#forget(item.event.workspace.id, item.event.workspace.name)
      else if (item.event.type === 'workspaces.removed') this.#forget(item.event.workspaceId, item.event.name)
    }
  }

  /** What is known of a workspace, and of its name, which may have been nobody’s. */
  #forget(id: string, name: string): void {
    for (const known of this.#names.get(id) ?? []) this.#cache.delete(known)
    this.#names.delete(id)
    this.#cache.delete(name)
  }

  #forgetAll(): void {
    this.#cache.clear()
    this.#names.clear()
  }

  #row(name: string): CachedRow['row'] {
    const known = this.#cache.get(name)
    if (known !== undefined && Date.now() - known.at < freshMs) return known.row
    const row = this.#look(name)
    if (this.#cache.size >= rememberedLimit) this.#forgetAll()
    // Kept before it is there: one that is forgotten while it is being read does not come back.
    this.#cache.set(name, { at: Date.now(), row })
    row.catch(() => this.#cache.delete(name))
    return row
  }

  async #look(name: string): Promise<Awaited<CachedRow['row']>> {
    const row = (await this.#store.byName(name)) ?? null
    if (row !== null) this.#names.set(row.id, (this.#names.get(row.id) ?? new Set()).add(name))
    return row
  }
}
