import { randomUUID } from 'node:crypto'
import type { Workspace } from '@arcx/router'
import type { TabPhase, TabView } from '@arcx/desktop-contract/contract'
import { certificateMessage, faultByChromium } from '../connection/certificate.ts'
import { decideNavigation } from '../navigation/navigation.ts'
import type { WorkspaceSite } from '../navigation/navigation.ts'
import { Recovery } from '../crashes/recovery.ts'

/** What shows a workspace's pages, without any power over the app. */
export interface View {
  load(url: string): void
  close(): void
}

/** What a view tells. */
export interface ViewEvents {
  /** Whether its page may go there. */
  navigating(address: string): boolean
  /** Its page wants a window of its own, which it never gets. */
  openingWindow(address: string): void
  /** Its page would rather not be left, for something in it is not kept; whether it is left all the same. */
  leaving(): boolean
  /** A page stands there, with its HTTP status. */
  loaded(status: number): void
  /** By Chromium's number. */
  failed(code: number): void
  /** Nothing loads any more, whether a page came of it or not. */
  stopped(): void
  /** Its process has died. */
  crashed(): void
}

export interface TabDependencies {
  readonly server: string
  makeView(site: () => WorkspaceSite, events: ViewEvents): View
  /** The address on the workspace's host by which the browser that holds this hash gets in. */
  enter(name: string, to: string, browser: string): Promise<string>
  start(workspaceId: string): Promise<void>
  openInBrowser(url: string): void
  /** Asks the person whether to leave a page that would rather not be left. */
  mayLeave(name: string): boolean
  toLauncher(): void
  changed(): void
  now(): number
  /** Runs something later; returns what forgets it. */
  later(ms: number, run: () => void): () => void
}

const firstRetryMs = 1000
const longestRetryMs = 15_000
/** A page that goes nowhere by itself may not ask the person over and over whether to leave it. */
const askAgainMs = 10_000
/** Chromium's number for a navigation that ended without a page: what follows it, or that nothing does, is told by `stopped`. */
const aborted = -3

/** One workspace in a tab: gets in, starts it where it rests, shows it, and tries again when it is lost. */
export class WorkspaceTab {
  readonly id: string = randomUUID()
  readonly workspaceId: string
  readonly #dependencies: TabDependencies
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
  /** The app has sent the view somewhere, and nothing has come of it yet. */
  #isLoading = false
  /** The server is being asked for the way in. */
  #isEntering = false
  /** A page of the workspace's stands in the view. */
  #hasPage = false
  #stayedAt = Number.NEGATIVE_INFINITY
  readonly #recovery: Recovery

  /** `isWanted`: somebody has just asked for it, so that it is started where it rests; otherwise it stands as it was left. */
  constructor(workspace: Workspace, to: string, isWanted: boolean, dependencies: TabDependencies) {
    this.#to = to
    this.#isWanted = isWanted
    this.#workspace = workspace
    this.workspaceId = workspace.id
    this.#dependencies = dependencies
    this.#recovery = new Recovery(() => dependencies.now())
    this.#view = dependencies.makeView(() => this.site, {
      navigating: (address) => this.#navigating(address),
      openingWindow: (address) => this.#openingWindow(address),
      leaving: () => this.#leaving(),
      loaded: (status) => this.#loaded(status),
      failed: (code) => this.#failed(code),
      stopped: () => this.#stopped(),
      crashed: () => this.#crashed(),
    })
    this.#open()
  }

  get site(): WorkspaceSite {
    return {
      server: this.#dependencies.server,
      workspace: new URL(this.#workspace.url).origin,
      name: this.#workspace.name,
    }
  }

  get shown(): TabView {
    return { id: this.id, workspaceId: this.workspaceId, name: this.#workspace.name, phase: this.#phase }
  }

  get view(): View {
    return this.#view
  }

  /** What is in the view does not matter now. */
  get #rests(): boolean {
    return this.#phase.kind === 'resting' || this.#phase.kind === 'starting'
  }

  /** The server says how the workspace is now; null for one that is gone. */
  workspaceChanged(workspace: Workspace | null): void {
    if (workspace === null)
      return this.#become({
        kind: 'failed',
        message: 'This workspace has been removed, or is no longer yours to open.',
      })
    const former = this.#workspace
    this.#workspace = workspace
    if (former.name !== workspace.name) this.#dependencies.changed()
    const { state } = workspace
    switch (this.#phase.kind) {
      case 'starting':
        if (state === 'running') return this.#open()
        if (state === 'failed')
          return this.#become({ kind: 'failed', message: workspace.reason ?? 'The workspace did not start.' })
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
        if (state === 'stopping' || state === 'stopped' || state === 'deleting')
          return this.#become({ kind: 'resting' })
        if (state === 'starting') return this.#become({ kind: 'starting', step: workspace.step })
        // Renamed: what stands there talks to an address that is no more.
        if (former.url !== workspace.url) this.#open()
    }
  }

  /** What the button says that stands where the workspace should: start it, or try again. */
  retry(): void {
    this.#isWanted = true
    if (this.#phase.kind === 'resting' || this.#workspace.state === 'stopped' || this.#workspace.state === 'failed')
      this.#start()
    else this.#open()
  }

  /** Another path on its host. */
  goTo(to: string): void {
    this.#to = to
    if (this.#phase.kind === 'open' || this.#phase.kind === 'lost') this.#open()
  }

  /** As a browser's: what stands there is loaded anew. */
  reload(): void {
    if (!this.#rests) this.#open()
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
    this.#load(`${this.site.workspace}${this.#to}`)
  }

  #load(address: string): void {
    this.#isLoading = true
    this.#view.load(address)
  }

  #start(): void {
    this.#become({ kind: 'starting', step: this.#workspace.step })
    if (this.#workspace.state === 'running') return this.#open()
    this.#waitsForStop = this.#workspace.state === 'stopping'
    if (!['stopped', 'failed'].includes(this.#workspace.state)) return
    void this.#dependencies
      .start(this.workspaceId)
      .catch((error: unknown) =>
        this.#become({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
      )
  }

  #navigating(address: string): boolean {
    const way = decideNavigation(address, this.site)
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
        this.#dependencies.toLauncher()
        return false
      case 'browser':
        this.#dependencies.openInBrowser(way.url)
        return false
      case 'refused':
        return false
    }
  }

  /** Another page of the workspace's own, such as a port's, stands better in the browser than over the editor. */
  #openingWindow(address: string): void {
    if (decideNavigation(address, this.site).kind === 'stay') this.#dependencies.openInBrowser(address)
    else this.#navigating(address)
  }

  /** The person decides, before whose eyes the page stands meanwhile. */
  #leaving(): boolean {
    const isOfApp = this.#isLoading
    const phase = this.#phase
    const isSeen = phase.kind === 'open' || (isOfApp && (phase.kind === 'entering' || phase.kind === 'lost'))
    if (!isSeen || (!isOfApp && this.#dependencies.now() - this.#stayedAt < askAgainMs)) return false
    this.#become({ kind: 'open' })
    if (this.#dependencies.mayLeave(this.#workspace.name)) {
      if (isOfApp) this.#become(phase)
      return true
    }
    this.#isLoading = false
    this.#stayedAt = this.#dependencies.now()
    return false
  }

  async #enter(browser: string): Promise<void> {
    // A host that never takes the way in would ask for ever.
    if ((this.#entries += 1) > 3)
      return this.#become({
        kind: 'failed',
        message: 'The workspace does not let this app in. Close the tab and open it again.',
      })
    this.#isEntering = true
    try {
      const address = await this.#dependencies.enter(this.#workspace.name, this.#to, browser)
      if (this.#isClosed) return
      if (new URL(address).origin === this.site.workspace) this.#load(address)
      else this.#navigating(address)
    } catch {
      this.#lost()
    } finally {
      this.#isEntering = false
    }
  }

  #loaded(status: number): void {
    this.#isLoading = false
    this.#hasPage = status < 500
    if (status >= 500) return this.#lost()
    this.#become({ kind: 'open' })
  }

  #failed(code: number): void {
    if (code === aborted) return
    this.#isLoading = false
    // Chromium shows its own page of the failure.
    this.#hasPage = false
    const fault = faultByChromium(code)
    if (fault === null || this.#rests) return this.#lost()
    // It is the same the next time: nothing is tried again by itself.
    this.#become({ kind: 'failed', message: certificateMessage(new URL(this.site.workspace).host, fault) })
  }

  /** What was asked for brought no page: a download, nothing at all, or another way that was not taken. */
  #stopped(): void {
    if (!this.#isLoading || this.#isEntering) return
    this.#isLoading = false
    if (this.#phase.kind !== 'entering' && this.#phase.kind !== 'lost') return
    if (this.#hasPage) this.#become({ kind: 'open' })
    else
      this.#become({
        kind: 'failed',
        message: 'What this workspace answered is no page that can be shown here: it led elsewhere, or was a file.',
      })
  }

  #crashed(): void {
    this.#isLoading = false
    this.#hasPage = false
    if (this.#recovery.crashed().kind === 'reload') this.#lost()
    else if (!this.#rests)
      this.#become({
        kind: 'failed',
        message: 'Its page has crashed again and again. What you had saved is on the server.',
      })
  }

  #lost(): void {
    if (this.#isClosed || this.#rests) return
    const attempt = this.#phase.kind === 'lost' ? this.#phase.attempt + 1 : 1
    this.#become({ kind: 'lost', attempt })
    this.#cancelRetry = this.#dependencies.later(Math.min(firstRetryMs * 2 ** (attempt - 1), longestRetryMs), () => {
      this.#entries = 0
      this.#load(`${this.site.workspace}${this.#to}`)
    })
  }

  #become(phase: TabPhase): void {
    if (this.#isClosed) return
    this.#cancelRetry()
    this.#phase = phase
    this.#dependencies.changed()
  }
}
