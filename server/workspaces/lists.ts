import type { UserActor, Workspace } from '@arcx/router'
import { maySee, rightsKey, rightsTo } from '../authorization/checks.ts'
import { BatchLoader } from './batch-loader.ts'
import type { WorkspacePresenter } from './presenter.ts'
import type { VisibleRows, WorkspaceStore } from './store.ts'

/** Of all lists together: some 1.5 KB each, with the words that they are sent in. */
const mostRows = 10_000
/** A list unused for this long is read again: by then row versions may have wrapped around. */
const unusedMs = 10 * 60_000

interface KnownList {
  readonly version: string
  readonly workspaces: readonly Workspace[]
  usedAt: number
}

/**
 * The lists of workspaces that people see, remembered in the form in which they are answered.
 *
 * A remembered list is answered only after the database has said, in a query that began after the request came, that each
 * row in it, each membership by which it is seen and their number are still those that it was made from. So whatever
 * anybody has seen before they ask is in the answer, whichever copy of this process has changed it, and whether or not
 * its event has arrived: nothing has to be forgotten in time, and rights are the current ones. What is saved is reading the
 * rows, presenting them and putting them into words; of many who ask at once the versions are read by one query.
 */
export class WorkspaceLists {
  readonly #store: Pick<WorkspaceStore, 'visibleTo' | 'versionsOf'>
  readonly #presenter: WorkspacePresenter
  readonly #mostRows: number
  readonly #now: () => number
  readonly #versions: BatchLoader<string>
  /** By what one may; the one that was asked for last is the last. */
  readonly #known = new Map<string, KnownList>()
  #rows = 0

  constructor(
    store: Pick<WorkspaceStore, 'visibleTo' | 'versionsOf'>,
    presenter: WorkspacePresenter,
    { most = mostRows, now = Date.now }: { readonly most?: number; readonly now?: () => number } = {},
  ) {
    this.#store = store
    this.#presenter = presenter
    this.#mostRows = most
    this.#now = now
    this.#versions = new BatchLoader((userIds) => store.versionsOf(userIds))
  }

  /** What the actor may see, by name. It is frozen, and the same object for as long as it is the same list. */
  async of(actor: UserActor): Promise<readonly Workspace[]> {
    const key = rightsKey(actor)
    const known = this.#recent(key)
    if (known !== undefined && (await this.#versions.of(actor.userId)) === known.version) return known.workspaces
    const visible = await this.#store.visibleTo(actor.userId)
    const workspaces = this.#present(actor, visible)
    this.#forget(key)
    this.#remember(key, { version: visible.version, workspaces, usedAt: this.#now() })
    return workspaces
  }

  #present(actor: UserActor, { rows }: VisibleRows): readonly Workspace[] {
    // What somebody is in teams without workspaces does not matter here.
    const roles = rows.flatMap(({ teamId, role }) =>
      teamId === null || role === null ? [] : [[teamId, role] as const],
    )
    const actorWithTeams = { ...actor, teams: new Map(roles) }
    return Object.freeze(
      rows
        .filter((row) => maySee(actorWithTeams, row))
        .map((row) => Object.freeze({ ...this.#presenter.present(row), may: rightsTo(actorWithTeams, row) })),
    )
  }

  #recent(key: string): KnownList | undefined {
    const known = this.#known.get(key)
    if (known === undefined) return undefined
    this.#forget(key)
    if (this.#now() - known.usedAt >= unusedMs) return undefined
    known.usedAt = this.#now()
    this.#remember(key, known)
    return known
  }

  #remember(key: string, list: KnownList): void {
    if (sizeOf(list) > this.#mostRows) return
    this.#known.set(key, list)
    this.#rows += sizeOf(list)
    for (const eldest of this.#known.keys()) {
      if (this.#rows <= this.#mostRows) return
      this.#forget(eldest)
    }
  }

  #forget(key: string): void {
    const known = this.#known.get(key)
    if (known === undefined) return
    this.#known.delete(key)
    this.#rows -= sizeOf(known)
  }
}

/** One of nothing takes room as well. */
const sizeOf = ({ workspaces }: KnownList): number => workspaces.length + 1
