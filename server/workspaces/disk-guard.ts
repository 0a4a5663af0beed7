import { WorkspaceId } from '@arcx/router'
import type { ServiceActor } from '@arcx/router'
import type { DiskState } from '@arcx/service-kit/disk'
import type { Log } from '@arcx/service-kit/log'
import type { RuntimePort } from '../runtime/port.ts'
import type { WorkspaceChanges } from './changes.ts'
import { Allowances, isWorthPublishing, shareOf, spokenBytes } from './disk-use.ts'
import type { DiskLimit, DiskUse } from './disk-use.ts'
import type { WorkspaceRow, WorkspaceStore } from './store.ts'

const actor: ServiceActor = { kind: 'service', service: 'disk-guard' }
const shortestPauseMs = 10_000
/** Of the time, so much at most is spent measuring. */
const dutyShare = 0.2
/** Where room shrinks by so much at once, it is measured at once. */
const suddenBytes = 256 * 2 ** 20
/** Growth that makes a workspace a cause of a nearly full disk. */
const causeBytes = 16 * 2 ** 20

export interface DiskGuardDependencies {
  readonly store: WorkspaceStore
  readonly changes: WorkspaceChanges
  readonly runtime: Pick<RuntimePort, 'measure'>
  readonly disk: {
    readonly state: DiskState
    readonly reserveBytes: number
    onLook(listener: (state: DiskState) => void): void
  }
  /** Null for none. */
  readonly limit: DiskLimit | null
  onChange(id: WorkspaceId): void
  readonly log: Log
}

/**
 * Measures what running workspaces keep, one after the other, and stops one that grows over its limit. Where the server's
 * reserve is being used up, it stops whoever uses it up.
 */
export class DiskGuard {
  readonly #dependencies: DiskGuardDependencies
  readonly #allowances = new Allowances()
  /** As last measured by this process. */
  readonly #uses = new Map<WorkspaceId, DiskUse | null>()
  readonly #publishedAt = new Map<WorkspaceId, number>()
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  #wake: () => void = () => undefined
  #freeAtRound = 0

  constructor(dependencies: DiskGuardDependencies) {
    this.#dependencies = dependencies
    dependencies.disk.onLook((state) => {
      const free = freeBytes(state)
      if (this.#freeAtRound - free > suddenBytes || free < dependencies.disk.reserveBytes) this.#wake()
    })
    this.#done = this.#run()
  }

  async close(): Promise<void> {
    this.#abort.abort()
    this.#wake()
    await this.#done
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const began = Date.now()
      this.#freeAtRound = freeBytes(this.#dependencies.disk.state)
      try {
        await this.#round()
      } catch (error) {
        if (!this.#abort.signal.aborted)
          this.#dependencies.log.warn({ err: error }, 'the workspaces could not be measured')
      }
      const tookMs = Date.now() - began
      // Even when there is a hurry, the most of the time belongs to others.
      await this.#pause(Math.max(tookMs, 1000), false)
      await this.#pause(Math.max(shortestPauseMs, tookMs / dutyShare), true)
    }
  }

  async #round(): Promise<void> {
    const { store, runtime } = this.#dependencies
    const rows = (await store.awake()).filter(({ state }) => state === 'running')
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of this.#uses.keys()) if (!ids.has(id)) await this.#measureLast(id)
    const growths: { readonly row: WorkspaceRow; readonly bytes: number }[] = []
    for (const row of rows) {
      if (this.#abort.signal.aborted) return
      const id = WorkspaceId.parse(row.id)
      let use: DiskUse | null
      try {
        use = await runtime.measure(id, this.#abort.signal)
      } catch (error) {
        // The others are measured all the same.
        this.#dependencies.log.warn({ err: error, workspaceId: id }, 'a workspace could not be measured')
        continue
      }
      const before = this.#uses.get(id)
      this.#uses.set(id, use)
      // Of what cannot be counted nobody knows how much it is, so it is the first to go.
      if (use === null) growths.push({ row, bytes: Number.POSITIVE_INFINITY })
      else if (before !== undefined && before !== null) growths.push({ row, bytes: use.bytes - before.bytes })
      await this.#judge(row, id, use)
    }
    await this.#protectReserve(growths)
  }

  /** What it wrote before it stopped counts as well: it is shown for as long as it rests. */
  async #measureLast(id: WorkspaceId): Promise<void> {
    const { store, runtime, log } = this.#dependencies
    const row = await store.byId(id)
    // Looked at again once it has stopped, or runs.
    if (row?.state === 'stopping' || row?.state === 'starting') return
    this.#uses.delete(id)
    this.#publishedAt.delete(id)
    if (row === undefined || (row.state !== 'stopped' && row.state !== 'failed')) return
    try {
      const use = await runtime.measure(id, this.#abort.signal)
      if (use !== null) await this.#publish(row, id, use)
    } catch (error) {
      log.warn({ err: error, workspaceId: id }, 'a workspace could not be measured after it stopped')
    }
  }

  async #judge(row: WorkspaceRow, id: WorkspaceId, use: DiskUse | null): Promise<void> {
    const { limit } = this.#dependencies
    if (use !== null) await this.#publish(row, id, use)
    if (limit === null) return
    const before = publishedUse(row)
    if (
      this.#allowances.exceeds(
        row.id,
        row.incarnation,
        shareOf(use, limit),
        before === null ? 0 : shareOf(before, limit),
      )
    )
      await this.#stop(row, id, 'disk-limit', `${overLimit(use, limit)} Start it again to delete some.`)
  }

  async #publish(row: WorkspaceRow, id: WorkspaceId, use: DiskUse): Promise<void> {
    const { changes, limit } = this.#dependencies
    const sinceMs = Date.now() - (this.#publishedAt.get(id) ?? 0)
    if (!isWorthPublishing(use, publishedUse(row), limit, sinceMs)) return
    await changes.measured(id, use, actor)
    this.#publishedAt.set(id, Date.now())
  }

  /** One at a time: the room that it stops using up may be enough. */
  async #protectReserve(growths: readonly { readonly row: WorkspaceRow; readonly bytes: number }[]): Promise<void> {
    const { disk } = this.#dependencies
    if (freeBytes(disk.state) >= disk.reserveBytes / 2) return
    const most = growths.toSorted((a, b) => b.bytes - a.bytes)[0]
    if (most === undefined || most.bytes < causeBytes) return
    const cause =
      most.bytes === Number.POSITIVE_INFINITY
        ? 'has more files than can be counted'
        : `was filling it (${spokenBytes(most.bytes)} more since it was last measured)`
    await this.#stop(
      most.row,
      WorkspaceId.parse(most.row.id),
      'disk-reserve',
      `The disk of the server is nearly full, and this workspace ${cause}.`,
    )
  }

  async #stop(row: WorkspaceRow, id: WorkspaceId, action: string, reason: string): Promise<void> {
    const { changes, log, onChange } = this.#dependencies
    const moved = await changes.move(id, {
      to: 'stopping',
      from: ['running'],
      incarnation: row.incarnation,
      actor,
      action,
      reason,
    })
    if (moved === null) return
    log.warn({ workspaceId: id, action, reason }, 'a workspace was stopped for the room that it takes')
    onChange(id)
  }

  async #pause(ms: number, mayWake: boolean): Promise<void> {
    if (this.#abort.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        if (!mayWake && !this.#abort.signal.aborted) return
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Where the homes are. */
const freeBytes = (state: DiskState): number => state.rooms[0]?.freeBytes ?? Number.POSITIVE_INFINITY

const publishedUse = (row: WorkspaceRow): DiskUse | null =>
  row.diskBytes === null || row.diskFiles === null
    ? null
    : { bytes: Number(row.diskBytes), files: Number(row.diskFiles) }

function overLimit(use: DiskUse | null, limit: DiskLimit): string {
  if (use === null) return 'It has more files than can be counted.'
  if (use.bytes > limit.bytes)
    return `Its files take ${spokenBytes(use.bytes)}, and it may keep ${spokenBytes(limit.bytes)}.`
  return `It has ${use.files.toLocaleString('en')} files, and it may keep ${limit.files.toLocaleString('en')}.`
}
