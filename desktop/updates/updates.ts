import type { UpdateState } from '@arcx/desktop-contract/contract'

/** What fetches updates; electron-updater, in the app. */
export interface Updater {
  /** Null where nothing newer is there. @throws where the feed does not answer. */
  check(): Promise<{ readonly version: string } | null>
  download(onPercent: (percent: number) => void): Promise<void>
  restart(): void
}

export interface UpdatesDependencies {
  /** Null where the app does not run from a package, or nobody said where updates are. */
  readonly updater: Updater | null
  onState(state: UpdateState): void
  /** Calls again and again; returns what ends it. */
  every(ms: number, run: () => void): () => void
}

const everyMs = 4 * 3600_000

/** Looks for updates at the start and every four hours, brings one in the background, and never restarts by itself. */
export class Updates {
  readonly #dependencies: UpdatesDependencies
  #state: UpdateState = { kind: 'none' }
  #end: () => void = () => undefined

  constructor(dependencies: UpdatesDependencies) {
    this.#dependencies = dependencies
  }

  get state(): UpdateState {
    return this.#state
  }

  begin(): void {
    if (this.#dependencies.updater === null) return
    void this.look()
    this.#end = this.#dependencies.every(everyMs, () => void this.look())
  }

  async look(): Promise<void> {
    const { updater } = this.#dependencies
    if (updater === null || ['checking', 'downloading', 'ready'].includes(this.#state.kind)) return
    this.#change({ kind: 'checking' })
    try {
      const found = await updater.check()
      if (found === null) return this.#change({ kind: 'current' })
      const { version } = found
      this.#change({ kind: 'downloading', version, percent: 0 })
      await updater.download((percent) => this.#change({ kind: 'downloading', version, percent: Math.round(percent) }))
      this.#change({ kind: 'ready', version })
    } catch (error) {
      this.#change({
        kind: 'failed',
        message: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
      })
    }
  }

  restart(): void {
    if (this.#state.kind === 'ready') this.#dependencies.updater?.restart()
  }

  close(): void {
    this.#end()
  }

  #change(state: UpdateState): void {
    this.#state = state
    this.#dependencies.onState(state)
  }
}
