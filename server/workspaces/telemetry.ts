import type { DomainEvent, LogLine, Resume, StatsSample, Tracked, UserActor, WorkspaceId } from '@arcx/router'
import type { Feed } from '../events/feed.ts'
import type { RuntimePort } from '../runtime/port.ts'
import type { WorkspaceAccess } from './access.ts'
import type { WorkspaceRow } from './store.ts'

const statsIntervalMs = 2000

/** What comes of a workspace while it runs, over one container and the next, for as long as the actor may see it. */
export class WorkspaceTelemetry {
  readonly #access: WorkspaceAccess
  readonly #feed: Feed
  readonly #runtime: Pick<RuntimePort, 'logs' | 'report'>

  constructor(access: WorkspaceAccess, feed: Feed, runtime: Pick<RuntimePort, 'logs' | 'report'>) {
    this.#access = access
    this.#feed = feed
    this.#runtime = runtime
  }

  async *logs(
    actor: UserActor,
    workspaceId: WorkspaceId,
    follow: boolean,
    { after, signal }: Resume,
  ): AsyncIterable<Tracked<LogLine>> {
    if (!follow) {
      const { incarnation } = await this.#access.require(actor, workspaceId, 'see')
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
        const now = await this.#access.require(actor, workspaceId, 'see')
        if (now.state !== 'running' || now.incarnation !== incarnation) break
      }
    }
  }

  /** The row now, and again after each of its changes, while the actor may see it. */
  async *#states(actor: UserActor, workspaceId: WorkspaceId, signal: AbortSignal): AsyncIterable<WorkspaceRow> {
    for await (const item of this.#feed.subscribe(undefined, signal, (event) => isOf(workspaceId, event))) {
      if ('event' in item && item.event.type === 'workspaces.removed') return
      yield await this.#access.require(actor, workspaceId, 'see')
    }
  }

  /** Rejects once the actor may no longer see it. */
  async #watchRights(actor: UserActor, workspaceId: WorkspaceId, signal: AbortSignal): Promise<void> {
    const concerns = (event: DomainEvent) => event.type === 'teams.changed' && event.userIds.includes(actor.userId)
    for await (const _ of this.#feed.subscribe(undefined, signal, concerns)) {
      await this.#access.require(actor, workspaceId, 'see')
    }
  }
}

const isOf = (workspaceId: WorkspaceId, event: DomainEvent): boolean =>
  (event.type === 'workspaces.changed' && event.workspace.id === workspaceId) ||
  (event.type === 'workspaces.removed' && event.workspaceId === workspaceId)

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
