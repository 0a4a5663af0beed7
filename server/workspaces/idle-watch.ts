import { WorkspaceId } from '@arcx/router'
import type { ServiceActor } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { RuntimePort } from '../runtime/port.ts'
import type { WorkspaceChanges } from './changes.ts'
import type { WorkspaceRow, WorkspaceStore } from './store.ts'

const actor: ServiceActor = { kind: 'service', service: 'idle-watch' }
const longestIntervalMs = 30_000

/** Stops workspaces that nobody has used for a time. */
export class IdleWatch {
  readonly #store: WorkspaceStore
  readonly #changes: WorkspaceChanges
  readonly #runtime: RuntimePort
  readonly #idleTimeoutSeconds: number
  readonly #onChange: (id: WorkspaceId) => void
  readonly #log: Log
  readonly #timer: NodeJS.Timeout

  /** `idleTimeoutSeconds` of 0 means never. */
  constructor(
    store: WorkspaceStore,
    changes: WorkspaceChanges,
    runtime: RuntimePort,
    idleTimeoutSeconds: number,
    onChange: (id: WorkspaceId) => void,
    log: Log,
  ) {
    this.#store = store
    this.#changes = changes
    this.#runtime = runtime
    this.#idleTimeoutSeconds = idleTimeoutSeconds
    this.#onChange = onChange
    this.#log = log
    const intervalMs =
      idleTimeoutSeconds === 0 ? longestIntervalMs : Math.min(longestIntervalMs, idleTimeoutSeconds * 250)
    this.#timer = setInterval(() => void this.#look(), intervalMs)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    try {
      const rows = await this.#store.awake()
      await Promise.all(rows.filter((row) => row.state === 'running').map((row) => this.#consider(row)))
    } catch (error) {
      this.#log.warn({ err: error }, 'activity could not be read')
    }
  }

  async #consider(row: WorkspaceRow): Promise<void> {
    const id = WorkspaceId.parse(row.id)
    let activeAt = row.lastActivityAt ?? row.startedAt ?? row.updatedAt
    try {
      const report = await this.#runtime.report({ workspaceId: id, incarnation: row.incarnation }, undefined)
      const reported = new Date(report.lastActivityAt)
      if (reported > activeAt) {
        activeAt = reported
        await this.#store.active(id, reported)
      }
    } catch (error) {
      // Silent supervisors do not keep a workspace awake.
      this.#log.info({ err: error, workspaceId: id }, 'a supervisor does not answer')
    }
    const idleSeconds = (Date.now() - activeAt.getTime()) / 1000
    if (this.#idleTimeoutSeconds === 0 || idleSeconds < this.#idleTimeoutSeconds) return
    const reason = `Stopped by itself: nobody used it for ${spoken(this.#idleTimeoutSeconds)}.`
    const change = {
      to: 'stopping',
      from: ['running'],
      incarnation: row.incarnation,
      actor,
      action: 'idle-stop',
      reason,
    } as const
    if ((await this.#changes.move(id, change)) !== null) this.#onChange(id)
  }
}

function spoken(seconds: number): string {
  return seconds % 60 === 0 && seconds > 0 ? `${seconds / 60} min` : `${seconds} s`
}
