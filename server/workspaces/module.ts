import { availableParallelism } from 'node:os'
import type { Actor, TeamRole, Workspace, WorkspaceFacts, WorkspaceId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import type { DiskWatch } from '@arcx/service-kit/disk'
import type { Log } from '@arcx/service-kit/log'
import { rightsTo } from '../authorization/checks.ts'
import type { Principal } from '../authorization/checks.ts'
import type { Feed } from '../events/feed.ts'
import type { RuntimePort } from '../runtime/port.ts'
import type { PublishEvent } from '../event-webhooks/publish.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Admission } from './admission.ts'
import { WorkspaceChanges } from './changes.ts'
import { DiskGuard } from './disk-guard.ts'
import { diskLimitOf } from './disk-use.ts'
import { stopAllOf, stopExcess } from './excess.ts'
import { IdleWatch } from './idle-watch.ts'
import { LeaseStore } from './lease-store.ts'
import { WorkspaceLeases } from './leases.ts'
import { WorkspacePresenter } from './presenter.ts'
import { hasEnded, ownProcessName } from './process-name.ts'
import { WorkspaceQuota } from './quota.ts'
import type { LimitsOf, RequireBudget } from './quota.ts'
import { Reconciler } from './reconciler.ts'
import type { QuotaHolder, WorkspaceOwner, WorkspaceRow, WorkspaceStore } from './store.ts'
import { Workspaces } from './workspaces.ts'

/** A start keeps a core busy for about a second, and is given up after a minute: more at once only delay one another. */
const startsPerCore = 2

export interface WorkspacesModuleDependencies {
  readonly database: Database
  readonly store: WorkspaceStore
  readonly unitOfWork: UnitOfWork
  readonly backgroundWork: UnitOfWork
  readonly publish: PublishEvent
  readonly feed: Feed
  readonly runtime: RuntimePort
  readonly disk: DiskWatch
  readonly memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> }
  readonly log: Log
  readonly idleTimeoutSeconds: number
  /** 0: none. */
  readonly diskLimitBytes: number
  /** What a plan holds. */
  readonly limitsOf: LimitsOf
  /** That there are hours left. */
  readonly requireBudget: RequireBudget
  urlOf(name: string): string
  /** What programs in it find in their environment. */
  environmentOf(row: WorkspaceRow): Promise<Readonly<Record<string, string>>>
}

export interface WorkspacesModule {
  readonly workspaces: Workspaces
  readonly admission: Admission
  /** What somebody may do with a workspace now, and whose it is; nothing where it is gone. */
  accessOf(principal: Principal, id: WorkspaceId): Promise<Pick<Workspace, 'may' | 'teamId'>>
  /** Of those that are still there. */
  factsOf(ids: readonly WorkspaceId[]): Promise<readonly WorkspaceFacts[]>
  /** Stops what runs beyond what somebody's plan holds. */
  stopExcess(actor: Actor, owner: QuotaHolder): Promise<void>
  /** Stops what runs of somebody's own, or of a team's. */
  stopAllOf(actor: Actor, owner: WorkspaceOwner): Promise<void>
  /** Somebody works in it. */
  onActivity(id: WorkspaceId): void
  /** Drives containers to what the rows say, from now on. */
  start(): Promise<void>
  close(): Promise<void>
}

export async function openWorkspaces(dependencies: WorkspacesModuleDependencies): Promise<WorkspacesModule> {
  const { store, unitOfWork, feed, runtime, disk, memberships, log, idleTimeoutSeconds } = dependencies
  const limit = diskLimitOf(dependencies.diskLimitBytes)
  const presenter = new WorkspacePresenter((name) => dependencies.urlOf(name), limit)
  const quota = new WorkspaceQuota(store, dependencies.limitsOf, dependencies.requireBudget)
  const changes = new WorkspaceChanges({
    store,
    presenter,
    unitOfWork,
    quota,
    background: dependencies.backgroundWork,
    publish: dependencies.publish,
  })
  const reconciler = new Reconciler({
    store,
    changes,
    leases: new WorkspaceLeases({
      store: new LeaseStore(dependencies.database),
      holder: await ownProcessName(),
      hasEnded,
      log,
    }),
    runtime,
    environmentOf: (row) => dependencies.environmentOf(row),
    log,
    concurrency: availableParallelism() * startsPerCore,
  })
  const poke = (id: WorkspaceId) => reconciler.poke(id)
  const workspaces = new Workspaces({
    rules: { idleTimeoutSeconds },
    unitOfWork,
    store,
    changes,
    presenter,
    runtime,
    feed,
    memberships,
    disk,
    poke,
  })
  const admission = new Admission(store, (userId) => memberships.of(userId))
  const following = new AbortController()
  void admission
    .follow(feed, following.signal)
    .catch((error: unknown) => log.error({ err: error }, 'names of workspaces are remembered for too long'))
  let watches: readonly { close(): Promise<void> | void }[] = []
  return {
    workspaces,
    admission,
    async accessOf(principal, id) {
      const [row, teams] = await Promise.all([store.byId(id), memberships.of(principal.userId)])
      return row === undefined
        ? { may: [], teamId: null }
        : { may: rightsTo({ ...principal, teams }, row), teamId: presenter.present(row).teamId }
    },
    factsOf: async (ids) => (await store.byIds(ids)).map((row) => presenter.present(row)),
    stopExcess: (actor, owner) => stopExcess({ store, changes, quota, unitOfWork, poke }, actor, owner),
    stopAllOf: (actor, owner) => stopAllOf({ store, changes, poke }, actor, owner),
    onActivity: (id) =>
      void store.active(id, new Date()).catch((error: unknown) => log.warn({ err: error }, 'activity was not noted')),
    async start() {
      await reconciler.start()
      watches = [
        reconciler,
        new IdleWatch(store, changes, runtime, idleTimeoutSeconds, poke, log),
        new DiskGuard({ store, changes, runtime, disk, limit, onChange: poke, log }),
      ]
    },
    async close() {
      following.abort()
      // At once: one that waits for a database that is away keeps no other from ending.
      await Promise.all(watches.map((watch) => watch.close()))
    },
  }
}
