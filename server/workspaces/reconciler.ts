import pLimit from 'p-limit'
import { WorkspaceId } from '@arcx/router'
import type { ServiceActor, WorkspaceState } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { RuntimePort } from '../runtime/port.ts'
import { startSteps } from '../runtime/port.ts'
import type { WorkspaceChanges } from './changes.ts'
import type { WorkspaceLeases } from './leases.ts'
import { afterFailedStart, afterLoss } from './losses.ts'
import { StartAttempts } from './start-attempts.ts'
import { StartProgress } from './start-progress.ts'
import type { WorkspaceRow, WorkspaceStore } from './store.ts'

const actor: ServiceActor = { kind: 'service', service: 'reconciler' }
const retryMs = 2000
const sweepMs = 30_000
/** A step of a start is shown once it has lasted so long. */
const publishedAfterMs = 1000

export interface ReconcilerDependencies {
  readonly store: WorkspaceStore
  readonly changes: WorkspaceChanges
  readonly leases: WorkspaceLeases
  readonly runtime: RuntimePort
  environmentOf(row: WorkspaceRow): Promise<Readonly<Record<string, string>>>
  readonly log: Log
  /** How many workspaces are driven at once. */
  readonly concurrency: number
}

/** What is done, is done for as long as it is held. */
interface Lease {
  readonly signal: AbortSignal
  requireHeld(): void
}

interface Reconciliation {
  again: boolean
  /** Ends the start that is under way. */
  abort: AbortController
  readonly seen: { state: string; incarnation: number }
}

/**
 * Drives Docker to what the rows say: at start, when somebody changes a row, when a container ends, and on a timer. It
 * keeps nothing that a crash could lose; whatever was cut off is found as it stands and driven on.
 */
export class Reconciler {
  readonly #store: WorkspaceStore
  readonly #changes: WorkspaceChanges
  readonly #leases: WorkspaceLeases
  readonly #runtime: RuntimePort
  readonly #environmentOf: ReconcilerDependencies['environmentOf']
  readonly #log: Log
  readonly #limit: ReturnType<typeof pLimit>
  readonly #reconciliations = new Map<WorkspaceId, Reconciliation>()
  readonly #abort = new AbortController()
  readonly #retries = new Set<NodeJS.Timeout>()
  readonly #attempts = new StartAttempts()
  /** Containers of which it was seen that they have their way out. */
  readonly #adopted = new Set<string>()
  /** Whether rows and containers were compared since this process began. */
  #compared = false
  #sweeper: NodeJS.Timeout | undefined
  #running: Promise<unknown>[] = []

  constructor({ store, changes, leases, runtime, environmentOf, log, concurrency }: ReconcilerDependencies) {
    this.#store = store
    this.#changes = changes
    this.#leases = leases
    this.#runtime = runtime
    this.#environmentOf = environmentOf
    this.#log = log
    this.#limit = pLimit(concurrency)
  }

  /** Compares everything once, then keeps watch. A container that is missing now was lost with arcx, not by itself. */
  async start(): Promise<void> {
    await this.#sweep()
    this.#sweeper = setInterval(() => void this.#sweep(), sweepMs)
    this.#running.push(this.#watchEndings())
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    for (const retry of this.#retries) clearTimeout(retry)
    this.#abort.abort()
    this.#limit.clearQueue()
    for (const reconciliation of this.#reconciliations.values()) reconciliation.abort.abort()
    await Promise.allSettled(this.#running)
    while (this.#reconciliations.size > 0 && this.#limit.activeCount > 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
  }

  /** The row has changed, or its container has: look at it soon. */
  poke(id: WorkspaceId, interrupted = false): void {
    const current = this.#reconciliations.get(id)
    if (current !== undefined) {
      current.again = true
      // A start that nobody waits for any more is not finished first.
      void this.#store.byId(id).then(
        (row) => {
          const meant =
            row !== undefined && row.state === current.seen.state && row.incarnation === current.seen.incarnation
          if (!meant) current.abort.abort()
        },
        () => undefined,
      )
      return
    }
    const reconciliation: Reconciliation = {
      again: false,
      abort: new AbortController(),
      seen: { state: '', incarnation: 0 },
    }
    this.#reconciliations.set(id, reconciliation)
    void this.#limit(() => this.#run(id, reconciliation, interrupted)).catch(() => undefined)
  }

  async #run(id: WorkspaceId, reconciliation: Reconciliation, interrupted: boolean): Promise<void> {
    let retry = false
    try {
      const held = await this.#leases.exclusively(id, async (signal, requireHeld) => {
        const lease = { signal, requireHeld }
        while (!this.#abort.signal.aborted && (await this.#advance(id, reconciliation, interrupted, lease)))
          requireHeld()
        signal.throwIfAborted()
      })
      retry = !held
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        this.#log.warn({ err: error, workspaceId: id }, 'reconciling will be tried again')
        retry = true
      }
    } finally {
      this.#reconciliations.delete(id)
    }
    if (this.#abort.signal.aborted) return
    if (reconciliation.again) this.poke(id)
    else if (retry) this.#pokeLater(id, retryMs, interrupted)
  }

  #pokeLater(id: WorkspaceId, afterMs: number, interrupted = false): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer)
      this.poke(id, interrupted)
    }, afterMs)
    this.#retries.add(timer)
  }

  /** One step towards what the row says; `true` when there may be more to do. */
  async #advance(
    id: WorkspaceId,
    reconciliation: Reconciliation,
    interrupted: boolean,
    lease: Lease,
  ): Promise<boolean> {
    const row = await this.#store.byId(id)
    // By what the row said when another copy had not begun yet, its container would be removed.
    lease.requireHeld()
    if (row === undefined) {
      this.#attempts.forget(id)
      await this.#runtime.remove(id)
      return false
    }
    reconciliation.seen.state = row.state
    reconciliation.seen.incarnation = row.incarnation
    switch (row.state) {
      case 'creating':
        return this.#beginFirst(id, reconciliation, lease)
      case 'starting':
        return this.#begin(id, row, reconciliation, lease)
      case 'running':
        return this.#keep(id, row, interrupted)
      case 'stopping':
        await this.#runtime.remove(id)
        return (await this.#changes.move(id, { to: 'stopped', actor, action: 'stopped', reason: row.reason })) !== null
      case 'stopped':
      case 'failed':
        await this.#runtime.remove(id)
        return false
      case 'deleting':
        await this.#runtime.remove(id)
        await this.#runtime.removeHome(id)
        await this.#changes.delete(id, actor)
        return false
    }
  }

  /** One that has just been created is started at once: what it is in and the first step are told together. */
  async #beginFirst(id: WorkspaceId, reconciliation: Reconciliation, lease: Lease): Promise<boolean> {
    const row = await this.#changes.move(id, {
      to: 'starting',
      from: ['creating'],
      actor,
      action: 'starting',
      step: startSteps.home,
    })
    if (row === null) return true
    reconciliation.seen.state = row.state
    reconciliation.seen.incarnation = row.incarnation
    return this.#begin(id, row, reconciliation, lease)
  }

  async #begin(id: WorkspaceId, row: WorkspaceRow, reconciliation: Reconciliation, lease: Lease): Promise<boolean> {
    const { incarnation, name } = row
    const pauseMs = this.#attempts.pauseMs(id, incarnation)
    if (pauseMs > 0) {
      this.#pokeLater(id, pauseMs)
      return false
    }
    reconciliation.abort = new AbortController()
    const signal = AbortSignal.any([reconciliation.abort.signal, this.#abort.signal, lease.signal])
    const progress = new StartProgress(row.step, publishedAfterMs, (step) => this.#publishStep(id, incarnation, step))
    try {
      const environment = await this.#environmentOf(row)
      lease.requireHeld()
      await this.#runtime.remove(id)
      lease.requireHeld()
      await this.#runtime.start(
        { workspaceId: id, incarnation, name, environment },
        (step) => progress.at(step),
        signal,
      )
      await progress.end()
      this.#attempts.over(id)
      await this.#changes.move(id, { to: 'running', from: ['starting'], incarnation, actor, action: 'running' })
      return true
    } catch (error) {
      await progress.end()
      if (signal.aborted) return !this.#abort.signal.aborted
      return this.#startFailed(id, row, error)
    }
  }

  async #publishStep(id: WorkspaceId, incarnation: number, step: string): Promise<void> {
    try {
      await this.#changes.step(id, incarnation, step, actor)
    } catch (error) {
      this.#log.info({ err: error, workspaceId: id, step }, 'a step of a start could not be published')
    }
  }

  async #startFailed(id: WorkspaceId, { incarnation, losses }: WorkspaceRow, error: unknown): Promise<boolean> {
    const message = error instanceof Error ? error.message : 'unknown fault'
    const verdict = afterFailedStart(error, losses, this.#attempts.countTroubled(id, incarnation, error))
    if (verdict.kind === 'wait') {
      await this.#changes.step(id, incarnation, `${message} Trying again`, actor)
      throw error
    }
    this.#log.error({ err: error, workspaceId: id, losses: verdict.losses }, 'a workspace could not be started')
    this.#attempts.over(id)
    if (verdict.kind === 'again')
      return this.#beginAgain(id, {
        from: 'starting',
        incarnation,
        ...verdict,
        reason: `${message} It is being started again.`,
      })
    const reason = `It could not be started: ${message}`
    return (
      (await this.#changes.move(id, {
        to: 'failed',
        from: ['starting'],
        incarnation,
        actor,
        action: 'failed',
        reason,
      })) !== null
    )
  }

  async #keep(id: WorkspaceId, row: WorkspaceRow, interrupted: boolean): Promise<boolean> {
    const containers = await this.#runtime.containers(id)
    const own = containers.find((container) => container.incarnation === row.incarnation)
    if (own?.running === true) {
      if (containers.length > 1) await this.#runtime.remove(id, row.incarnation)
      return false
    }
    const ending = own?.ending ?? 'Its container was removed.'
    const { incarnation } = row
    if (interrupted)
      return this.#beginAgain(id, { from: 'running', incarnation, losses: row.losses, pauseMs: 0, reason: null })
    const endedAt = own?.endedAt?.getTime() ?? Date.now()
    const verdict = afterLoss(row.losses, endedAt - (row.startedAt?.getTime() ?? endedAt))
    if (verdict.kind === 'again')
      return this.#beginAgain(id, {
        from: 'running',
        incarnation,
        ...verdict,
        reason: `${ending} It is being started again.`,
      })
    const reason = `It ended ${verdict.losses} times in a row. ${ending}`
    return (
      (await this.#changes.move(id, {
        to: 'failed',
        from: ['running'],
        incarnation,
        actor,
        action: 'failed',
        reason,
      })) !== null
    )
  }

  /** With the next container, once the pause is over. */
  async #beginAgain(
    id: WorkspaceId,
    again: {
      readonly from: WorkspaceState
      readonly incarnation: number
      readonly losses: number
      readonly pauseMs: number
      readonly reason: string | null
    },
  ): Promise<boolean> {
    const { from, incarnation, losses, pauseMs, reason } = again
    const moved = await this.#changes.move(id, {
      to: 'starting',
      from: [from],
      incarnation,
      actor,
      action: 'lost',
      losses,
      reason,
      step: 'Starting again',
    })
    if (moved !== null && pauseMs > 0) this.#attempts.wait(id, moved.incarnation, pauseMs)
    return moved !== null
  }

  async #sweep(): Promise<void> {
    const interrupted = !this.#compared
    try {
      const [rows, containers] = await Promise.all([this.#store.awake(), this.#runtime.containers()])
      const well = new Set(
        containers
          .filter((container) => container.running)
          .map((container) => `${container.workspaceId} ${container.incarnation}`),
      )
      for (const row of rows) {
        const id = WorkspaceId.parse(row.id)
        const container = `${row.id} ${row.incarnation}`
        if (row.state !== 'running' || !well.has(container)) this.poke(id, interrupted)
        else if (!this.#adopted.has(container)) void this.#adopt(id, container)
      }
      for (const container of this.#adopted) if (!well.has(container)) this.#adopted.delete(container)
      this.#compared = true
      const current = new Set(rows.map((row) => `${row.id} ${row.incarnation}`))
      for (const container of containers) {
        if (!current.has(`${container.workspaceId} ${container.incarnation}`)) this.poke(container.workspaceId)
      }
      await this.#leases.forgetExpired()
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#log.warn({ err: error }, 'rows and containers could not be compared')
    }
  }

  /** Once for each container; where it fails, with the next sweep. */
  async #adopt(id: WorkspaceId, container: string): Promise<void> {
    this.#adopted.add(container)
    try {
      await this.#runtime.adopt(id)
    } catch (error) {
      this.#adopted.delete(container)
      this.#log.warn({ err: error, workspaceId: id }, 'a running workspace has no way out yet')
    }
  }

  async #watchEndings(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      try {
        for await (const id of this.#runtime.endings(this.#abort.signal)) this.poke(id)
      } catch (error) {
        if (this.#abort.signal.aborted) return
        this.#log.warn({ err: error }, 'the engine’s events were interrupted')
      }
      if (this.#abort.signal.aborted) return
      await new Promise((resolve) => setTimeout(resolve, retryMs))
      await this.#sweep()
    }
  }
}
