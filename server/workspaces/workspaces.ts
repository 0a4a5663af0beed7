import { isUniqueViolation } from '@arcx/database'
import type { Database, WorkspaceRow } from '@arcx/database'
import { ArcError, WorkspaceId, errors, nameProblem, nearestName, numberedName } from '@arcx/router'
import type { Actor, Administrator, LogLine, Resume, StatsSample, Tracked, UserActor, Workspace, WorkspaceChange, WorkspacesPort } from '@arcx/router'
import { recordAudit } from '../audit/audit.ts'
import type { Feed } from '../events/feed.ts'
import type { RuntimePort } from '../runtime/port.ts'
import { maySee, requireMay, requireScope } from './policy.ts'
import type { Operation } from './policy.ts'
import type { Change, WorkspaceStore } from './store.ts'

const statsIntervalMs = 2000
const suggestionsTried = 50

type Drive = 'start' | 'stop' | 'restart' | 'remove'

/** What each makes of a row, and the states in which it is fulfilled already, so that asking twice does no harm. */
const drives: Readonly<Record<Drive, { readonly change: Omit<Change, 'actor' | 'action'>; readonly settled: readonly WorkspaceRow['state'][] }>> = {
  start: { change: { to: 'starting', from: ['stopped', 'failed'], losses: 0, step: 'Waiting for its turn' }, settled: ['creating', 'starting', 'running'] },
  stop: { change: { to: 'stopping', step: 'Stopping' }, settled: ['stopping', 'stopped'] },
  restart: { change: { to: 'starting', losses: 0, step: 'Restarting' }, settled: ['creating'] },
  remove: { change: { to: 'deleting', step: 'Deleting' }, settled: ['deleting'] },
}

/** The operations on workspaces: who may, what the row becomes; the reconciler does the rest. */
export class Workspaces implements WorkspacesPort {
  readonly #database: Database
  readonly #store: WorkspaceStore
  readonly #runtime: RuntimePort
  readonly #feed: Feed
  readonly #poke: (id: WorkspaceId) => void

  constructor(database: Database, store: WorkspaceStore, runtime: RuntimePort, feed: Feed, poke: (id: WorkspaceId) => void) {
    this.#database = database
    this.#store = store
    this.#runtime = runtime
    this.#feed = feed
    this.#poke = poke
  }

  async list(actor: UserActor): Promise<readonly Workspace[]> {
    requireScope(actor, 'list')
    return (await this.#store.ownedBy(actor.userId)).filter((row) => maySee(actor, row)).map((row) => this.#store.present(row))
  }

  async get(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace> {
    return this.#store.present(await this.#require(actor, workspaceId, 'see'))
  }

  async getByName(actor: UserActor, name: string): Promise<Workspace> {
    const row = await this.#store.byName(name)
    if (row === undefined) throw errors.workspaceNotFound()
    requireMay(actor, 'see', row)
    return this.#store.present(row)
  }

  create(actor: UserActor, name: string): Promise<Workspace> {
    return this.#audited(actor, 'create', { kind: 'workspace', name }, async () => {
      requireScope(actor, 'create')
      await this.#requireGoodName(name)
      const row = await this.#store.insert(actor, name)
      if (row === null) throw errors.workspaceNameTaken(name, await this.#freeNameNear(name))
      return this.#changed(row)
    })
  }

  start(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace> {
    return this.#move(actor, workspaceId, 'start')
  }

  stop(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace> {
    return this.#move(actor, workspaceId, 'stop')
  }

  restart(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace> {
    return this.#move(actor, workspaceId, 'restart')
  }

  remove(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace> {
    return this.#move(actor, workspaceId, 'remove')
  }

  /** Begins the removal of all that somebody owns; resolves to how many are not gone yet. */
  async removeAllOf(actor: Actor, ownerId: string): Promise<number> {
    const rows = await this.#store.ownedBy(ownerId)
    for (const row of rows.filter(({ state }) => state !== 'deleting')) {
      const moved = await this.#store.move(WorkspaceId.parse(row.id), { to: 'deleting', step: 'Deleting', actor, action: 'remove' })
      if (moved !== null) this.#changed(moved)
    }
    return rows.length
  }

  rename(actor: UserActor, workspaceId: WorkspaceId, name: string): Promise<Workspace> {
    return this.#audited(actor, 'rename', { kind: 'workspace', id: workspaceId, name }, async () => {
      const row = await this.#require(actor, workspaceId, 'rename')
      if (row.name === name) return this.#store.present(row)
      await this.#requireGoodName(name)
      try {
        const renamed =
          (await this.#store.renameResting(workspaceId, name, actor)) ??
          (await this.#store.move(workspaceId, { to: 'starting', from: ['running', 'starting'], actor, action: 'rename', name, step: 'Restarting under its new name' }))
        if (renamed === null) throw errors.workspaceBusy(row.state, 'be renamed')
        return this.#changed(renamed)
      } catch (error) {
        if (!isUniqueViolation(error, 'Workspace_name_key')) throw error
        throw errors.workspaceNameTaken(name, await this.#freeNameNear(name))
      }
    })
  }

  freeName(_actor: UserActor, wanted: string): Promise<string> {
    return this.#freeNameNear(wanted)
  }

  async *logs(actor: UserActor, workspaceId: WorkspaceId, { after, signal }: Resume): AsyncIterable<Tracked<LogLine>> {
    let last = after
    for await (const row of this.#states(actor, workspaceId, signal)) {
      const ref = { workspaceId, incarnation: row.incarnation }
      for await (const line of this.#runtime.logs(ref, last, signal)) {
        last = line.id
        yield line
      }
    }
  }

  async *stats(actor: UserActor, workspaceId: WorkspaceId, { after, signal }: Resume): AsyncIterable<Tracked<StatsSample>> {
    let last = after
    for await (const row of this.#states(actor, workspaceId, signal)) {
      const { incarnation } = row
      while (row.state === 'running' && !signal.aborted) {
        try {
          const { samples } = await this.#runtime.report({ workspaceId, incarnation }, last)
          for (const sample of samples) {
            last = sample.id
            yield sample
          }
        } catch {
          // It is ending, or too busy to answer; the row tells which.
        }
        await pause(statsIntervalMs, signal)
        const now = await this.#require(actor, workspaceId, 'see')
        if (now.state !== 'running' || now.incarnation !== incarnation) break
      }
    }
  }

  async *onChange(actor: UserActor, { after, signal }: Resume): AsyncIterable<Tracked<WorkspaceChange>> {
    requireScope(actor, 'list')
    for await (const item of this.#feed.subscribe(after, signal)) {
      const id = String(item.sequence)
      if ('gap' in item) {
        yield { id, data: { type: 'snapshot', workspaces: await this.list(actor) } }
      } else if (item.event.type === 'workspaces.changed' && maySee(actor, item.event.workspace)) {
        yield { id, data: { type: 'changed', workspace: item.event.workspace } }
      } else if (item.event.type === 'workspaces.removed' && maySee(actor, { id: item.event.workspaceId, ownerId: item.event.ownerId })) {
        yield { id, data: { type: 'removed', workspaceId: item.event.workspaceId } }
      }
    }
  }

  /** The row now, and again after each of its changes, while the actor may see it. */
  async *#states(actor: UserActor, workspaceId: WorkspaceId, signal: AbortSignal): AsyncIterable<WorkspaceRow> {
    for await (const item of this.#feed.subscribe(undefined, signal)) {
      const concerns =
        'gap' in item || (item.event.type === 'workspaces.changed' && item.event.workspace.id === workspaceId)
      if (concerns) yield await this.#require(actor, workspaceId, 'see')
      else if (item.event.type === 'workspaces.removed' && item.event.workspaceId === workspaceId) return
    }
  }

  /** The same operations on anybody's workspace, for whoever runs the server. */
  drive(actor: Administrator, workspaceId: WorkspaceId, operation: Drive): Promise<Workspace> {
    return this.#audited(actor, operation, { kind: 'workspace', id: workspaceId }, () => this.#driven(actor, workspaceId, operation, () => this.#known(workspaceId)))
  }

  #move(actor: UserActor, workspaceId: WorkspaceId, operation: Drive): Promise<Workspace> {
    return this.#audited(actor, operation, { kind: 'workspace', id: workspaceId }, () => this.#driven(actor, workspaceId, operation, () => this.#require(actor, workspaceId, operation)))
  }

  /** `look`: the row now, for whoever asks. */
  async #driven(actor: Actor, workspaceId: WorkspaceId, operation: Drive, look: () => Promise<WorkspaceRow>): Promise<Workspace> {
    const { change, settled } = drives[operation]
    const row = await look()
    if (settled.includes(row.state)) return this.#store.present(row)
    const moved = await this.#store.move(workspaceId, { ...change, actor, action: operation })
    if (moved !== null) return this.#changed(moved)
    const now = await look()
    if (settled.includes(now.state)) return this.#store.present(now)
    throw errors.workspaceBusy(now.state, operation)
  }

  async #known(workspaceId: WorkspaceId): Promise<WorkspaceRow> {
    const row = await this.#store.byId(workspaceId)
    if (row === undefined) throw errors.workspaceNotFound()
    return row
  }

  #changed(row: WorkspaceRow): Workspace {
    this.#poke(WorkspaceId.parse(row.id))
    return this.#store.present(row)
  }

  async #require(actor: UserActor, workspaceId: WorkspaceId, operation: Operation): Promise<WorkspaceRow> {
    const row = await this.#known(workspaceId)
    requireMay(actor, operation, row)
    return row
  }

  async #requireGoodName(name: string): Promise<void> {
    const problem = nameProblem(name)
    if (problem !== null) throw errors.workspaceNameInvalid(problem, await this.#freeNameNear(name))
  }

  async #freeNameNear(wanted: string): Promise<string> {
    const near = nearestName(wanted)
    const candidates = [near, ...Array.from({ length: suggestionsTried }, (_, index) => numberedName(near, index + 2))]
    const taken = await this.#store.takenAmong(candidates)
    const free = candidates.find((candidate) => !taken.has(candidate) && nameProblem(candidate) === null)
    return free ?? numberedName(near, Date.now() % 1_000_000)
  }

  /** What is refused is recorded too; what is done was recorded together with the change. */
  async #audited<T>(actor: Actor, action: string, target: { kind: string; id?: string; name?: string }, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const outcome = error instanceof ArcError ? `refused:${error.code}` : 'failed'
      const cut = { ...target, ...(target.name === undefined ? {} : { name: target.name.slice(0, 80) }) }
      await recordAudit(this.#database, { actor, action: `workspace.${action}`, target: cut, outcome })
      throw error
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
