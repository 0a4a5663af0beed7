import { randomUUID } from 'node:crypto'
import type { Workspace } from '@arcx/router'
import type { TabPhase, TabView } from '../contract/contract.ts'
import { wayOf } from '../navigation/navigation.ts'
import type { Ground } from '../navigation/navigation.ts'

/** What shows a workspace's pages, without any power over the app. */
export interface View {
  load(url: string): void
  close(): void
}

/** What a view tells; `navigating` answers whether it may go there. */
export interface ViewEvents {
  navigating(address: string): boolean
  /** A page stands there, with its HTTP status. */
  loaded(status: number): void
  failed(reason: string): void
  /** Its process has died. */
  crashed(): void
}

export interface TabNeeds {
  readonly server: string
  makeView(ground: Ground, events: ViewEvents): View
  /** The address on the workspace's host by which the browser that holds this hash gets in. */
  enter(name: string, to: string, browser: string): Promise<string>
  start(workspaceId: string): Promise<void>
  openInBrowser(url: string): void
  toLauncher(): void
  changed(): void
  /** Runs something later; returns what forgets it. */
  later(ms: number, run: () => void): () => void
}

const firstRetryMs = 1000
const longestRetryMs = 15_000

/** One workspace in a tab: gets in, starts it where it rests, shows it, and tries again when it is lost. */
export class WorkspaceTab {
  readonly id: string = randomUUID()
  readonly workspaceId: string
  readonly #needs: TabNeeds
  readonly #view: View
  #workspace: Workspace
  #phase: TabPhase = { kind: 'entering' }
  #to: string
  #entries = 0
  #isClosed = false
  #isWanted: boolean
  /** It was to be started while it was still stopping. */
  #waitsForStop = false
  #cancelRetry: () => void = () => undefined

  /** `isWanted`: somebody has just asked for it, so that it is started where it rests; otherwise it stands as it was left. */
  constructor(workspace: Workspace, to: string, isWanted: boolean, needs: TabNeeds) {
    this.#to = to
    this.#isWanted = isWanted
    this.#workspace = workspace
    this.workspaceId = workspace.id
    this.#needs = needs
    this.#view = needs.makeView(this.ground, {
      navigating: (address) => this.#navigating(address),
      loaded: (status) => this.#loaded(status),
      failed: (reason) => this.#lost(reason),
      crashed: () => this.#lost('Its page has crashed.'),
    })
    this.#open()
  }

  get ground(): Ground {
    return { server: this.#needs.server, workspace: new URL(this.#workspace.url).origin, name: this.#workspace.name }
  }

  get shown(): TabView {
    return { id: this.id, workspaceId: this.workspaceId, name: this.#workspace.name, phase: this.#phase }
  }

  get view(): View {
    return this.#view
  }

  /** The server says how the workspace is now; null for one that is gone. */
  workspaceChanged(workspace: Workspace | null): void {
    if (workspace === null) return this.#become({ kind: 'failed', message: 'This workspace has been removed, or is no longer yours to open.' })
    const former = this.#workspace
    this.#workspace = workspace
    if (former.name !== workspace.name) this.#needs.changed()
    const { state } = workspace
    switch (this.#phase.kind) {
      case 'starting':
        if (state === 'running') return this.#open()
        if (state === 'failed') return this.#become({ kind: 'failed', message: workspace.reason ?? 'The workspace did not start.' })
        if (state === 'stopped') return this.#waitsForStop ? this.#start() : this.#become({ kind: 'resting' })
        return this.#become({ kind: 'starting', step: workspace.step })
      case 'resting':
      case 'failed':
        if (state === 'running' && former.state !== 'running') return this.#open()
        if (state === 'starting') return this.#become({ kind: 'starting', step: workspace.step })
        return
      case 'entering':
      case 'open':
      case 'lost':
        if (state === 'stopping' || state === 'stopped' || state === 'deleting') return this.#become({ kind: 'resting' })
        if (state === 'starting') return this.#become({ kind: 'starting', step: workspace.step })
    }
  }

  /** What the button says that stands where the workspace should: start it, or try again. */
  retry(): void {
    this.#isWanted = true
    if (this.#phase.kind === 'resting' || this.#workspace.state === 'stopped' || this.#workspace.state === 'failed') this.#start()
    else this.#open()
  }

  /** Another path on its host. */
  goTo(to: string): void {
    this.#to = to
    if (this.#phase.kind === 'open' || this.#phase.kind === 'lost') this.#open()
  }

  /** The server can be reached again. */
  reconnected(): void {
    if (this.#phase.kind === 'lost') this.#open()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelRetry()
    this.#view.close()
  }

  #open(): void {
    this.#entries = 0
    this.#become({ kind: 'entering' })
    this.#view.load(`${this.ground.workspace}${this.#to}`)
  }

  #start(): void {
    this.#become({ kind: 'starting', step: this.#workspace.step })
    if (this.#workspace.state === 'running') return this.#open()
    this.#waitsForStop = this.#workspace.state === 'stopping'
    if (!['stopped', 'failed'].includes(this.#workspace.state)) return
    void this.#needs.start(this.workspaceId).catch((error: unknown) => this.#become({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }))
  }

  #navigating(address: string): boolean {
    const way = wayOf(address, this.ground)
    switch (way.kind) {
      case 'stay':
        return true
      case 'enter':
        this.#to = way.to
        void this.#enter(way.browser)
        return false
      case 'resting':
        this.#to = way.to
        if (this.#isWanted) this.#start()
        else this.#become({ kind: 'resting' })
        return false
      case 'launcher':
        this.#needs.toLauncher()
        return false
      case 'browser':
        this.#needs.openInBrowser(way.url)
        return false
      case 'refused':
        return false
    }
  }

  async #enter(browser: string): Promise<void> {
    // A host that never takes the way in would ask for ever.
    if ((this.#entries += 1) > 3) return this.#become({ kind: 'failed', message: 'The workspace does not let this app in. Close the tab and open it again.' })
    try {
      const address = await this.#needs.enter(this.#workspace.name, this.#to, browser)
      if (this.#isClosed) return
      if (new URL(address).origin === this.ground.workspace) this.#view.load(address)
      else this.#navigating(address)
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error))
    }
  }

  #loaded(status: number): void {
    if (status >= 500) return this.#lost(`It answered ${status}.`)
    this.#become({ kind: 'open' })
  }

  #lost(_reason: string): void {
    if (this.#isClosed || this.#phase.kind === 'resting' || this.#phase.kind === 'starting') return
    const attempt = this.#phase.kind === 'lost' ? this.#phase.attempt + 1 : 1
    this.#become({ kind: 'lost', attempt })
    this.#cancelRetry = this.#needs.later(Math.min(firstRetryMs * 2 ** (attempt - 1), longestRetryMs), () => {
      this.#entries = 0
      this.#view.load(`${this.ground.workspace}${this.#to}`)
    })
  }

  #become(phase: TabPhase): void {
    if (this.#isClosed) return
    this.#cancelRetry()
    this.#phase = phase
    this.#needs.changed()
  }
}
