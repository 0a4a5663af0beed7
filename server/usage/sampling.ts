import pLimit from 'p-limit'
import { WorkspaceId } from '@arcx/router'
import type { ServiceActor } from '@arcx/router'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { dayOf, meterTo } from './metering.ts'
import type { Measured } from './metering.ts'
import type { MeteredWorkspace, UsageStore } from './store.ts'

export const service: ServiceActor = { kind: 'service', service: 'usage' }
const atOnce = 8
const batch = 50
const dayMs = 24 * 3600 * 1000

export interface SamplingDependencies {
  readonly store: UsageStore
  readonly unitOfWork: UnitOfWork
  /** Of a container that runs. @throws where it cannot be asked. */
  statsOf(id: WorkspaceId, incarnation: number): Promise<NonNullable<Measured['stats']>>
  /** One that was read within this time is left to its next turn. */
  readonly freshSeconds: number
  readonly restingSeconds: number
}

/**
 * Counts what workspaces have used since they were last counted. A meter goes on and its days grow in one transaction, by the
 * database's clock and under a lock: so each moment is counted once, whichever copy does it, and however one ends.
 */
export class Sampling {
  readonly #dependencies: SamplingDependencies

  constructor(dependencies: SamplingDependencies) {
    this.#dependencies = dependencies
  }

  async sample(signal: AbortSignal): Promise<void> {
    const { store, unitOfWork, restingSeconds } = this.#dependencies
    const due = await store.due(restingSeconds)
    for (let at = 0; at < due.length && !signal.aborted; at += batch) await this.#count(due.slice(at, at + batch))
    signal.throwIfAborted()
    await unitOfWork(service, async (unit) => {
      await store.countTraffic(unit, dayOf(Date.now() - dayMs))
      await store.forgetGone(unit)
    })
  }

  async #count(workspaces: readonly MeteredWorkspace[]): Promise<void> {
    const { store, unitOfWork, freshSeconds } = this.#dependencies
    const limit = pLimit(atOnce)
    const stats = new Map(
      await Promise.all(workspaces.map((each) => limit(async () => [each.id, await this.#statsOf(each)] as const))),
    )
    await unitOfWork(service, async (unit) => {
      const held = await store.hold(unit, [...stats.keys()], freshSeconds)
      for (const workspace of workspaces) {
        const found = held.get(workspace.id)
        if (found === undefined) continue
        const { used, meter } = meterTo(found.now, found.meter, {
          incarnation: workspace.incarnation,
          isRunning: workspace.state === 'running',
          startedAt: workspace.startedAt,
          stats: stats.get(workspace.id) ?? null,
          storageBytes: Number(workspace.diskBytes ?? 0),
        })
        await store.count(unit, workspace, used, meter)
      }
    })
  }

  async #statsOf({ id, state, incarnation }: MeteredWorkspace): Promise<Measured['stats']> {
    if (state !== 'running') return null
    // It is awake, whether or not it can be asked.
    return this.#dependencies.statsOf(WorkspaceId.parse(id), incarnation).catch(() => null)
  }
}
