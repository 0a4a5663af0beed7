import { WorkspaceId, errors, freeNameNear, nameProblem } from '@arcx/router'
import type {
  Actor,
  Administrator,
  DomainEvent,
  LogLine,
  Resume,
  StatsSample,
  TeamId,
  TeamRole,
  Tracked,
  UserActor,
  Workspace,
  WorkspaceChange,
  WorkspaceFacts,
  WorkspaceRules,
  WorkspacesPort,
} from '@arcx/router'
import type { DiskLevel } from '@arcx/service-kit/disk'
import { chosen } from '../events/chosen.ts'
import type { Feed, FeedItem } from '../events/feed.ts'
import { SharedWork } from '../events/shared-work.ts'
import type { ContainerRef, RuntimePort } from '../runtime/port.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { ChangeCache } from './change-cache.ts'
import { maySee, onWorkspace, requireMay, rightsKey, rightsTo } from '../authorization/checks.ts'
import type { ActorWithTeams } from '../authorization/checks.ts'
import type { Change, WorkspaceChanges } from './changes.ts'
import type { WorkspacePresenter } from './presenter.ts'
import { NameTaken } from './store.ts'
import type { Belonging, WorkspaceRow, WorkspaceStore } from './store.ts'

const statsIntervalMs = 2000

type Drive = 'start' | 'stop' | 'restart' | 'remove'

/** What each makes of a row, and the states in which it is fulfilled already, so that asking twice does no harm. */
const drives: Readonly<
  Record<
    Drive,
    { readonly change: Omit<Change, 'actor' | 'action'>; readonly settled: readonly WorkspaceRow['state'][] }
  >
> = {
  start: {
    change: { to: 'starting', from: ['stopped', 'failed'], losses: 0, step: 'Waiting for its turn' },
    settled: ['creating', 'starting', 'running'],
  },
  stop: { change: { to: 'stopping', step: 'Stopping' }, settled: ['stopping', 'stopped'] },
  restart: { change: { to: 'starting', losses: 0, step: 'Restarting' }, settled: ['creating'] },
  remove: { change: { to: 'deleting', step: 'Deleting' }, settled: ['deleting'] },
}

export interface WorkspacesDependencies {
  readonly rules: WorkspaceRules
  readonly unitOfWork: UnitOfWork
  readonly store: WorkspaceStore
  readonly changes: WorkspaceChanges
  readonly presenter: WorkspacePresenter
  readonly runtime: RuntimePort
  readonly feed: Feed
  /** How much room is left on disk. */
  readonly disk: { now(): Promise<{ readonly level: DiskLevel }> }
  /** What people are in which teams. */
  readonly memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> }
  /** There is something for the reconciler to do. */
  poke(id: WorkspaceId): void
}

/** The operations on workspaces: who may, what the row becomes; the reconciler does the rest. */
export class Workspaces implements WorkspacesPort {
  readonly rules: WorkspaceRules
  readonly #unitOfWork: UnitOfWork
  readonly #store: WorkspaceStore
  readonly #changes: WorkspaceChanges
  readonly #presenter: WorkspacePresenter
  readonly #runtime: RuntimePort
  readonly #feed: Feed
  readonly #disk: WorkspacesDependencies['disk']
  readonly #memberships: WorkspacesDependencies['memberships']
  readonly #poke: (id: WorkspaceId) => void
  readonly #shown = new ChangeCache()
  readonly #told = new SharedWork<WorkspaceChange | null>()

  constructor(dependencies: WorkspacesDependencies) {
    this.rules = dependencies.rules
    this.#unitOfWork = dependencies.unitOfWork
    this.#store = dependencies.store
    this.#changes = dependencies.changes
    this.#presenter = dependencies.presenter
    this.#runtime = dependencies.runtime
    this.#feed = dependencies.feed
    this.#disk = dependencies.disk
    this.#memberships = dependencies.memberships
    this.#poke = (id) => dependencies.poke(id)
  }

  async list(actor: UserActor): Promise<readonly Workspace[]> {
    const rows = await this.#store.visibleTo(actor.userId)
    // What somebody is in teams without workspaces does not matter here.
    const roles = rows.flatMap(({ teamId, role }) =>
      teamId === null || role === null ? [] : [[teamId, role] as const],
    )
    const asker = { ...actor, teams: new Map(roles) }
    return rows.filter((row) => maySee(asker, row)).map((row) => shown(asker, this.#presenter.present(row)))
  }

  async get(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace> {
    return this.#show(actor, await this.#require(actor, workspaceId, 'see'))
  }

  async getByName(actor: UserActor, name: string): Promise<Workspace> {
    const row = await this.#store.byName(name)
    if (row === undefined) throw errors.workspaceNotFound()
    requireMay(await this.#asker(actor), 'workspace.see', onWorkspace(row))
    return this.#show(actor, row)
  }

  async create(actor: UserActor, name: string, teamId: TeamId | null): Promise<Workspace> {
    const target = teamId === null ? ({ kind: 'self' } as const) : ({ kind: 'team', teamId } as const)
    requireMay(await this.#asker(actor), 'workspace.create', target)
    await this.#requireGoodName(name)
    await this.#requireRoom()
    const row = await this.#changes.create(actor, name, teamId)
    if (row === null) throw errors.workspaceNameTaken(name, await this.#freeNameNear(name))
    return this.#show(actor, this.#changed(row))
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

  /** Begins the removal of all that a person or a team has; resolves to how many are not gone yet. */
  async removeAllOf(actor: Actor, whose: Belonging): Promise<number> {
    const rows = await this.#store.belongingTo(whose)
    for (const row of rows.filter(({ state }) => state !== 'deleting')) {
      const moved = await this.#changes.move(WorkspaceId.parse(row.id), {
        to: 'deleting',
        step: 'Deleting',
        actor,
        action: 'remove',
      })
      if (moved !== null) this.#changed(moved)
    }
    return rows.length
  }

  async rename(actor: UserActor, workspaceId: WorkspaceId, name: string): Promise<Workspace> {
    const row = await this.#require(actor, workspaceId, 'rename')
    if (row.name === name) return this.#show(actor, row)
    await this.#requireGoodName(name)
    try {
      const renamed =
        (await this.#changes.renameResting(workspaceId, name, actor)) ??
        (await this.#changes.move(workspaceId, {
          to: 'starting',
          from: ['running', 'starting'],
          actor,
          action: 'rename',
          name,
          step: 'Restarting under its new name',
        }))
      if (renamed === null) throw errors.workspaceBusy(row.state, 'be renamed')
      return await this.#show(actor, this.#changed(renamed))
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error
      throw errors.workspaceNameTaken(name, await this.#freeNameNear(name))
    }
  }

  freeName(_actor: UserActor, wanted: string): Promise<string> {
    return this.#freeNameNear(wanted)
  }

  async *logs(
    actor: UserActor,
    workspaceId: WorkspaceId,
    follow: boolean,
    { after, signal }: Resume,
  ): AsyncIterable<Tracked<LogLine>> {
    if (!follow) {
      const { incarnation } = await this.#require(actor, workspaceId, 'see')
      yield* this.#runtime.logs({ workspaceId, incarnation }, after, false, signal)
      return
    }
    let last = after
    const over = new AbortController()
    const watched = AbortSignal.any([signal, over.signal])
    void this.#watchRights(actor, workspaceId, watched).catch((error: unknown) => over.abort(error))
    try {
      for await (const row of this.#states(actor, workspaceId, watched)) {
        const ref = { workspaceId, incarnation: row.incarnation }
        for await (const line of this.#runtime.logs(ref, last, true, watched)) {
          last = line.id
          yield line
        }
      }
      if (over.signal.aborted) throw over.signal.reason
    } finally {
      over.abort()
    }
  }

  async *stats(
    actor: UserActor,
    workspaceId: WorkspaceId,
    { after, signal }: Resume,
  ): AsyncIterable<Tracked<StatsSample>> {
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

  onChange(actor: UserActor, { after, signal }: Resume): AsyncIterable<Tracked<WorkspaceChange>> {
    const rights = rightsKey(actor)
    return chosen(
      this.#feed.subscribe(after, signal, (event) => mayConcern(actor, event)),
      async (item) => {
        // All of somebody's windows get it at the same time, and the same of it.
        const data = await this.#told.of(`${'gap' in item ? 'gap' : 'event'} ${item.sequence} ${rights}`, () =>
          this.#changeFor(actor, item),
        )
        return data === null ? null : { id: String(item.sequence), data }
      },
    )
  }

  /** What somebody is told of it; null where it does not concern them. */
  async #changeFor(actor: UserActor, item: FeedItem): Promise<WorkspaceChange | null> {
    // After a change of teams others have come into view, or gone from it.
    if ('gap' in item || item.event.type === 'teams.changed')
      return { type: 'snapshot', workspaces: await this.list(actor) }
    if (item.event.type === 'workspaces.changed') {
      const asker = await this.#asker(actor)
      const { workspace } = item.event
      return maySee(asker, workspace) ? this.#shown.of(workspace, rightsTo(asker, workspace)) : null
    }
    if (item.event.type !== 'workspaces.removed') return null
    const { workspaceId, ownerId, teamId } = item.event
    return maySee(await this.#asker(actor), { id: workspaceId, ownerId, teamId, createdById: null })
      ? { type: 'removed', workspaceId }
      : null
  }

  /** The row now, and again after each of its changes, while the actor may see it. */
  async *#states(actor: UserActor, workspaceId: WorkspaceId, signal: AbortSignal): AsyncIterable<WorkspaceRow> {
    for await (const item of this.#feed.subscribe(undefined, signal, (event) => isOf(workspaceId, event))) {
      if ('event' in item && item.event.type === 'workspaces.removed') return
      yield await this.#require(actor, workspaceId, 'see')
    }
  }

  /** Rejects once the actor may no longer see it. */
  async #watchRights(actor: UserActor, workspaceId: WorkspaceId, signal: AbortSignal): Promise<void> {
    const concerns = (event: DomainEvent) => event.type === 'teams.changed' && event.userIds.includes(actor.userId)
    for await (const _ of this.#feed.subscribe(undefined, signal, concerns)) {
      await this.#require(actor, workspaceId, 'see')
    }
  }

  /** The running container in which the actor may run programs; recorded as such. @throws `workspace_not_running`. */
  async enter(actor: UserActor, name: string, purpose: 'exec' | 'forward'): Promise<ContainerRef> {
    const row = await this.requireExec(actor, name)
    if (row.state !== 'running') throw errors.workspaceNotRunning()
    await this.#unitOfWork(actor, async (unit) =>
      unit.record({ action: `workspace.${purpose}`, target: { kind: 'workspace', id: row.id, name } }),
    )
    return { workspaceId: WorkspaceId.parse(row.id), incarnation: row.incarnation }
  }

  /** The running container in which the actor may run programs; whoever asks records what for. @throws `workspace_not_running`. */
  async running(actor: UserActor, workspaceId: WorkspaceId): Promise<ContainerRef & { readonly name: string }> {
    const { state, incarnation, name } = await this.#require(actor, workspaceId, 'exec')
    if (state !== 'running') throw errors.workspaceNotRunning()
    return { workspaceId, incarnation, name }
  }

  /** @throws where the actor may not run programs in it, or not any more. */
  async requireExec(actor: UserActor, name: string): Promise<WorkspaceRow> {
    const [row, asker] = await Promise.all([this.#store.byName(name), this.#asker(actor)])
    if (row === undefined) throw errors.workspaceNotFound()
    requireMay(asker, 'workspace.exec', onWorkspace(row))
    return row
  }

  /** The same operations on anybody's workspace, for whoever runs the server. */
  drive(actor: Administrator, workspaceId: WorkspaceId, operation: Drive): Promise<WorkspaceFacts> {
    return this.#driven(actor, workspaceId, operation, () => this.#known(workspaceId))
  }

  async #move(actor: UserActor, workspaceId: WorkspaceId, operation: Drive): Promise<Workspace> {
    const facts = await this.#driven(actor, workspaceId, operation, () => this.#require(actor, workspaceId, operation))
    return shown(await this.#asker(actor), facts)
  }

  /** `look`: the row now, for whoever asks. */
  async #driven(
    actor: Actor,
    workspaceId: WorkspaceId,
    operation: Drive,
    look: () => Promise<WorkspaceRow>,
  ): Promise<WorkspaceFacts> {
    const { change, settled } = drives[operation]
    const row = await look()
    if (settled.includes(row.state)) return this.#presenter.present(row)
    if (operation === 'start') await this.#requireRoom()
    const moved = await this.#changes.move(workspaceId, { ...change, actor, action: operation })
    if (moved !== null) return this.#presenter.present(this.#changed(moved))
    const now = await look()
    if (settled.includes(now.state)) return this.#presenter.present(now)
    throw errors.workspaceBusy(now.state, operation)
  }

  /** What is left on disk is kept for what runs. @throws `disk_low`, `disk_full`. */
  async #requireRoom(): Promise<void> {
    const { level } = await this.#disk.now()
    if (level === 'full') throw errors.diskFull()
    if (level === 'low') throw errors.diskLow()
  }

  async #known(workspaceId: WorkspaceId): Promise<WorkspaceRow> {
    const row = await this.#store.byId(workspaceId)
    if (row === undefined) throw errors.workspaceNotFound()
    return row
  }

  #changed(row: WorkspaceRow): WorkspaceRow {
    this.#poke(WorkspaceId.parse(row.id))
    return row
  }

  async #asker(actor: UserActor): Promise<ActorWithTeams> {
    return { ...actor, teams: await this.#memberships.of(actor.userId) }
  }

  async #show(actor: UserActor, row: WorkspaceRow): Promise<Workspace> {
    return shown(await this.#asker(actor), this.#presenter.present(row))
  }

  async #require(
    actor: UserActor,
    workspaceId: WorkspaceId,
    operation: 'see' | 'exec' | 'rename' | Drive,
  ): Promise<WorkspaceRow> {
    const [row, asker] = await Promise.all([this.#known(workspaceId), this.#asker(actor)])
    requireMay(asker, `workspace.${operation}`, onWorkspace(row))
    return row
  }

  async #requireGoodName(name: string): Promise<void> {
    const problem = nameProblem(name)
    if (problem !== null) throw errors.workspaceNameInvalid(problem, await this.#freeNameNear(name))
  }

  #freeNameNear(wanted: string): Promise<string> {
    return freeNameNear(wanted, (names) => this.#store.takenAmong(names))
  }
}

/** Whether an event may change what the actor sees; of a team's workspaces their membership decides later. */
function mayConcern(actor: UserActor, event: DomainEvent): boolean {
  if (event.type === 'teams.changed') return event.userIds.includes(actor.userId)
  if (event.type === 'workspaces.changed')
    return event.workspace.teamId !== null || event.workspace.ownerId === actor.userId
  return event.type === 'workspaces.removed' && (event.teamId !== null || event.ownerId === actor.userId)
}

const isOf = (workspaceId: WorkspaceId, event: DomainEvent): boolean =>
  (event.type === 'workspaces.changed' && event.workspace.id === workspaceId) ||
  (event.type === 'workspaces.removed' && event.workspaceId === workspaceId)

function shown(asker: ActorWithTeams, facts: WorkspaceFacts): Workspace {
  return { ...facts, may: rightsTo(asker, facts) }
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
