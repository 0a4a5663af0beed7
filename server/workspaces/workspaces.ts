import { WorkspaceId, errors, freeNameNear, nameProblem } from '@arcx/router'
import type {
  Actor,
  Administrator,
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
import type { Feed } from '../events/feed.ts'
import type { ContainerRef, RuntimePort } from '../runtime/port.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { requireMay, rightsTo } from '../authorization/checks.ts'
import type { ActorWithTeams } from '../authorization/checks.ts'
import { WorkspaceAccess } from './access.ts'
import type { WorkspaceChanges } from './changes.ts'
import { WorkspaceCommands } from './commands.ts'
import type { Command, CommandsDependencies } from './commands.ts'
import { WorkspaceLists } from './lists.ts'
import type { WorkspacePresenter } from './presenter.ts'
import { NameTaken } from './store.ts'
import type { WorkspaceOwner, WorkspaceRow, WorkspaceStore } from './store.ts'
import { WorkspaceSubscriptions } from './subscriptions.ts'
import { WorkspaceTelemetry } from './telemetry.ts'

export interface WorkspacesDependencies extends CommandsDependencies {
  readonly rules: WorkspaceRules
  readonly unitOfWork: UnitOfWork
  readonly store: WorkspaceStore
  readonly runtime: RuntimePort
  readonly feed: Feed
  /** What people are in which teams. */
  readonly memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> }
}

/** The operations on workspaces: who may, what the row becomes; the reconciler does the rest. */
export class Workspaces implements WorkspacesPort {
  readonly rules: WorkspaceRules
  readonly #unitOfWork: UnitOfWork
  readonly #store: WorkspaceStore
  readonly #changes: WorkspaceChanges
  readonly #presenter: WorkspacePresenter
  readonly #access: WorkspaceAccess
  readonly #commands: WorkspaceCommands
  readonly #telemetry: WorkspaceTelemetry
  readonly #subscriptions: WorkspaceSubscriptions
  readonly #poke: (id: WorkspaceId) => void
  readonly #lists: WorkspaceLists

  constructor(dependencies: WorkspacesDependencies) {
    this.rules = dependencies.rules
    this.#unitOfWork = dependencies.unitOfWork
    this.#store = dependencies.store
    this.#changes = dependencies.changes
    this.#presenter = dependencies.presenter
    this.#access = new WorkspaceAccess(dependencies.store, dependencies.memberships)
    this.#commands = new WorkspaceCommands(dependencies)
    this.#telemetry = new WorkspaceTelemetry(this.#access, dependencies.feed, dependencies.runtime)
    this.#lists = new WorkspaceLists(dependencies.store, dependencies.presenter)
    this.#subscriptions = new WorkspaceSubscriptions(this.#access, dependencies.feed, (actor) => this.list(actor))
    this.#poke = (id) => dependencies.poke(id)
  }

  list(actor: UserActor): Promise<readonly Workspace[]> {
    return this.#lists.of(actor)
  }

  async get(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace> {
    return this.#present(actor, await this.#access.require(actor, workspaceId, 'see'))
  }

  async getByName(actor: UserActor, name: string): Promise<Workspace> {
    return this.#present(actor, await this.#access.requireByName(actor, name, 'see'))
  }

  async create(actor: UserActor, name: string, teamId: TeamId | null): Promise<Workspace> {
    const target = teamId === null ? ({ kind: 'self' } as const) : ({ kind: 'team', teamId } as const)
    requireMay(await this.#access.withTeams(actor), 'workspace.create', target)
    await this.#requireGoodName(name)
    await this.#commands.requireRoom()
    const row = await this.#changes.create(actor, name, teamId)
    if (row === null) throw errors.workspaceNameTaken(name, await this.#freeNameNear(name))
    return this.#present(actor, this.#changed(row))
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
  async removeAllOf(actor: Actor, owner: WorkspaceOwner): Promise<number> {
    const rows = await this.#store.ownedBy(owner)
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
    const row = await this.#access.require(actor, workspaceId, 'rename')
    if (row.name === name) return this.#present(actor, row)
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
      return await this.#present(actor, this.#changed(renamed))
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error
      throw errors.workspaceNameTaken(name, await this.#freeNameNear(name))
    }
  }

  freeName(_actor: UserActor, wanted: string): Promise<string> {
    return this.#freeNameNear(wanted)
  }

  logs(actor: UserActor, workspaceId: WorkspaceId, follow: boolean, resume: Resume): AsyncIterable<Tracked<LogLine>> {
    return this.#telemetry.logs(actor, workspaceId, follow, resume)
  }

  stats(actor: UserActor, workspaceId: WorkspaceId, resume: Resume): AsyncIterable<Tracked<StatsSample>> {
    return this.#telemetry.stats(actor, workspaceId, resume)
  }

  onChange(actor: UserActor, resume: Resume): AsyncIterable<Tracked<WorkspaceChange>> {
    return this.#subscriptions.onChange(actor, resume)
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
    const { state, incarnation, name } = await this.#access.require(actor, workspaceId, 'exec')
    if (state !== 'running') throw errors.workspaceNotRunning()
    return { workspaceId, incarnation, name }
  }

  /** @throws where the actor may not run programs in it, or not any more. */
  requireExec(actor: UserActor, name: string): Promise<WorkspaceRow> {
    return this.#access.requireByName(actor, name, 'exec')
  }

  /** The same operations on anybody's workspace, for whoever runs the server. */
  execute(actor: Administrator, workspaceId: WorkspaceId, operation: Command): Promise<WorkspaceFacts> {
    return this.#commands.execute(actor, workspaceId, operation, () => this.#access.known(workspaceId))
  }

  async #move(actor: UserActor, workspaceId: WorkspaceId, operation: Command): Promise<Workspace> {
    const read = () => this.#access.require(actor, workspaceId, operation)
    const facts = await this.#commands.execute(actor, workspaceId, operation, read)
    return shown(await this.#access.withTeams(actor), facts)
  }

  #changed(row: WorkspaceRow): WorkspaceRow {
    this.#poke(WorkspaceId.parse(row.id))
    return row
  }

  async #present(actor: UserActor, row: WorkspaceRow): Promise<Workspace> {
    return shown(await this.#access.withTeams(actor), this.#presenter.present(row))
  }

  async #requireGoodName(name: string): Promise<void> {
    const problem = nameProblem(name)
    if (problem !== null) throw errors.workspaceNameInvalid(problem, await this.#freeNameNear(name))
  }

  #freeNameNear(wanted: string): Promise<string> {
    return freeNameNear(wanted, (names) => this.#store.takenAmong(names))
  }
}

function shown(actor: ActorWithTeams, facts: WorkspaceFacts): Workspace {
  return { ...facts, may: rightsTo(actor, facts) }
}
