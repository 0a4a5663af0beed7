import { randomUUID } from 'node:crypto'
import type { WorkspaceId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { LeaseStore } from './lease-store.ts'
import { StartSuperseded } from '../runtime/port.ts'

export interface LeaseTimes {
  /** A copy that has crashed holds its leases for so long at most. */
  readonly lastsMs: number
  readonly renewMs: number
  /** So long before one runs out that could not be renewed, its work is given up, so that it is over when another copy begins. */
  readonly giveUpMs: number
}

export const leaseTimes: LeaseTimes = { lastsMs: 15_000, renewMs: 3000, giveUpMs: 5000 }

export interface WorkspaceLeasesDependencies {
  readonly store: LeaseStore
  /** This process, see `process-name.ts`. */
  readonly holder: string
  /** Whether it is certain that a holder has ended: then nothing is waited for. */
  hasEnded(holder: string): Promise<boolean>
  readonly log: Log
  readonly times?: LeaseTimes
}

interface HeldLease {
  readonly abort: AbortController
  /** When its work is given up, unless it is renewed. */
  until: number
  timer: NodeJS.Timeout
}

export class LeaseLost extends StartSuperseded {
  override readonly name = 'LeaseLost'
}

/** Sees to it that one copy of the orchestrator at a time works on a workspace. It holds no connection meanwhile. */
export class WorkspaceLeases {
  readonly #dependencies: WorkspaceLeasesDependencies
  readonly #times: LeaseTimes
  readonly #held = new Map<string, HeldLease>()
  #isRenewing = false

  constructor(dependencies: WorkspaceLeasesDependencies) {
    this.#dependencies = dependencies
    this.#times = dependencies.times ?? leaseTimes
  }

  /**
   * Runs `work` unless another copy is at the same workspace; resolves to whether it ran. Within a process the caller
   * keeps two apart. The signal aborts, with a `LeaseLost`, when the lease could not be renewed in time. A process that
   * stood still goes on with an answer that has come meanwhile before any timer: `requireHeld` throws then, by the clock.
   */
  async exclusively(
    workspaceId: WorkspaceId,
    work: (signal: AbortSignal, requireHeld: () => void) => Promise<void>,
  ): Promise<boolean> {
    const id = randomUUID()
    const requestedAt = Date.now()
    if (!(await this.#take(workspaceId, id))) return false
    const abort = new AbortController()
    const held: HeldLease = { abort, ...this.#giveUpLater(abort, requestedAt) }
    this.#held.set(id, held)
    this.#renewLater()
    try {
      await work(abort.signal, () => {
        if (Date.now() >= held.until) abort.abort(notRenewed())
        abort.signal.throwIfAborted()
      })
      return true
    } finally {
      clearTimeout(held.timer)
      this.#held.delete(id)
      await this.#dependencies.store
        .free(id)
        .catch((error: unknown) => this.#dependencies.log.info({ err: error, workspaceId }, 'a lease will run out'))
    }
  }

  /** Of workspaces that nobody drives any more, crashed copies' leases are still there. */
  async forgetExpired(): Promise<void> {
    await this.#dependencies.store.forgetExpired()
  }

  async #take(workspaceId: WorkspaceId, id: string): Promise<boolean> {
    const { store, holder, hasEnded } = this.#dependencies
    const { lastsMs } = this.#times
    const lease = { workspaceId, id, holder }
    // Of its own there may be one that could not be freed.
    if (await store.take(lease, lastsMs, [holder])) return true
    const other = await store.holderOf(workspaceId)
    if (other === null || !(await hasEnded(other))) return false
    return store.take(lease, lastsMs, [other])
  }

  #giveUpLater(abort: AbortController, renewedAt: number): Pick<HeldLease, 'until' | 'timer'> {
    const { lastsMs, giveUpMs } = this.#times
    const until = renewedAt + lastsMs - giveUpMs
    return { until, timer: setTimeout(() => abort.abort(notRenewed()), until - Date.now()) }
  }

  #renewLater(): void {
    if (this.#isRenewing) return
    this.#isRenewing = true
    const renew = async () => {
      await this.#renew()
      this.#isRenewing = false
      if (this.#held.size > 0) this.#renewLater()
    }
    setTimeout(() => void renew(), this.#times.renewMs).unref()
  }

  /** All of them at once: however many there are, they cost one statement. */
  async #renew(): Promise<void> {
    const ids = [...this.#held.keys()]
    if (ids.length === 0) return
    const requestedAt = Date.now()
    try {
      const kept = await this.#dependencies.store.renew(ids, this.#times.lastsMs)
      for (const id of ids) {
        const held = this.#held.get(id)
        if (held === undefined) continue
        clearTimeout(held.timer)
        if (kept.has(id)) Object.assign(held, this.#giveUpLater(held.abort, requestedAt))
        else held.abort.abort(new LeaseLost('Another copy has taken the lease.'))
      }
    } catch (error) {
      this.#dependencies.log.warn({ err: error, leases: ids.length }, 'leases could not be renewed')
    }
  }
}

const notRenewed = () => new LeaseLost('The lease could not be renewed in time.')
