import { WorkspaceId, errors } from '@arcx/router'
import type { Feed } from '../events/feed.ts'
import { requireMay } from './policy.ts'
import type { Asker } from './policy.ts'
import type { WorkspaceStore } from './store.ts'

const freshMs = 1000
const rememberedLimit = 2000

export interface Admitted {
  readonly workspaceId: WorkspaceId
  readonly name: string
  readonly running: boolean
}

interface Remembered {
  readonly at: number
  readonly row: { readonly id: string; readonly ownerId: string; readonly state: string } | null
}

/** Who may open which workspace: what the gateway asks at every request. */
export class Admission {
  readonly #store: WorkspaceStore
  readonly #remembered = new Map<string, Remembered>()

  constructor(store: WorkspaceStore) {
    this.#store = store
  }

  /** @throws `workspace_not_found`, also where it is somebody else's. */
  async admit(person: Asker, name: string): Promise<Admitted> {
    const row = await this.#row(name)
    if (row === null) throw errors.workspaceNotFound()
    requireMay(person, 'open', row)
    return { workspaceId: WorkspaceId.parse(row.id), name, running: row.state === 'running' }
  }

  /** Forgets a name whenever its workspace changes. Ends with the signal. */
  async follow(feed: Feed, signal: AbortSignal): Promise<void> {
    for await (const item of feed.subscribe(undefined, signal)) {
      if ('gap' in item) this.#remembered.clear()
      else if (item.event.type === 'workspaces.changed') this.#remembered.clear()
      else if (item.event.type === 'workspaces.removed') this.#remembered.delete(item.event.name)
    }
  }

  async #row(name: string): Promise<Remembered['row']> {
    const known = this.#remembered.get(name)
    if (known !== undefined && Date.now() - known.at < freshMs) return known.row
    const row = (await this.#store.byName(name)) ?? null
    if (this.#remembered.size >= rememberedLimit) this.#remembered.clear()
    this.#remembered.set(name, { at: Date.now(), row })
    return row
  }
}
