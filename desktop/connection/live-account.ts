import type { Invitation, Workspace, WorkspaceChange } from '@arcx/router'
import type { Accounts } from '../accounts/accounts.ts'
import { AnswerCache, applied } from '../cache/answer-cache.ts'
import type { CachedAnswers } from '../cache/answer-cache.ts'
import type { JsonFile } from '../storage/json-file.ts'
import type { ConnectionState } from '@arcx/desktop-contract/contract'
import { idleNote, idleWarningAt, invitationNews, workspaceNews } from '../news/news.ts'
import type { Note } from '../news/news.ts'
import { Connection } from './connection.ts'

export interface LiveDependencies {
  readonly accounts: Accounts
  knownFile(accountId: string): JsonFile<typeof CachedAnswers>
  /** The workspace that somebody has in front of them, of which they need not be told. */
  focusedWorkspace(): string | null
  onConnection(state: ConnectionState): void
  onWorkspaces(change: WorkspaceChange, after: readonly Workspace[]): void
  onNote(note: Note): void
}

/** The current account: its connection, what is known of it, and what is new. */
export class LiveAccount {
  readonly #dependencies: LiveDependencies
  readonly #warned = new Set<string>()
  #connection: Connection | null = null
  #state: ConnectionState = 'connecting'
  #known: AnswerCache | null = null
  #knownOf: string | null = null
  #invitations: readonly Invitation[] | null = null
  #idleTimeoutSeconds = 0
  #stopWatching: () => void = () => undefined

  constructor(dependencies: LiveDependencies) {
    this.#dependencies = dependencies
  }

  /** Null where nobody is signed in. */
  get connection(): Connection | null {
    return this.#connection
  }

  get state(): ConnectionState {
    return this.#state
  }

  get known(): AnswerCache | null {
    return this.#known
  }

  get workspaces(): readonly Workspace[] {
    return this.#known?.workspaces ?? []
  }

  /** Connects as whichever account is the current one now, and keeps what is known of it true. */
  async connect(): Promise<void> {
    this.close()
    this.#invitations = null
    const account = this.#dependencies.accounts.current
    this.#knownOf = account?.id ?? null
    this.#known = account === null ? null : await AnswerCache.open(this.#dependencies.knownFile(account.id))
    const session = account === null ? null : this.#dependencies.accounts.sessionOf(account.id)
    this.#changeState(session === null ? 'expired' : 'connecting')
    if (account === null || session === null) return
    const connection = new Connection(
      account.server,
      session,
      (state) => void this.#connectionChanged(account.id, state),
    )
    this.#connection = connection
    this.#watch(connection)
  }

  /** Nothing stays on disk of what was known of an account that is removed. */
  async forget(accountId: string): Promise<void> {
    if (this.#knownOf !== accountId || this.#known === null) return this.#dependencies.knownFile(accountId).remove()
    this.close()
    await this.#known.forget()
  }

  close(): void {
    this.#stopWatching()
    this.#connection?.close()
    this.#connection = null
  }

  /** Warns of workspaces that are about to stop because nobody uses them. */
  async lookForIdle(): Promise<void> {
    const connection = this.#connection
    if (connection === null || this.#state !== 'open') return
    const due = this.workspaces.filter(
      (workspace) => (idleWarningAt(workspace, this.#idleTimeoutSeconds) ?? Number.POSITIVE_INFINITY) <= Date.now(),
    )
    for (const { id } of due) {
      // When it was last used is not told with every key, so it is asked before somebody is disturbed.
      const now = await connection.api.workspaces.get.query({ workspaceId: id }).catch(() => null)
      const note = now === null ? null : idleNote(now, this.#idleTimeoutSeconds, Date.now())
      const once = `${id} ${now?.lastActivityAt}`
      if (note === null || this.#warned.has(once)) continue
      this.#warned.add(once)
      this.#dependencies.onNote(note)
    }
  }

  #changeState(state: ConnectionState): void {
    this.#state = state
    this.#dependencies.onConnection(state)
  }

  async #connectionChanged(accountId: string, state: ConnectionState): Promise<void> {
    // What cannot be written down now is found expired again at the next start.
    if (state === 'expired') await this.#dependencies.accounts.forgetSession(accountId).catch(() => undefined)
    this.#changeState(state)
  }

  #watch(connection: Connection): void {
    const workspaces = connection.api.workspaces.onChange.subscribe(undefined, {
      onData: ({ data }) => void this.#workspacesChanged(data),
      onError: () => undefined,
    })
    const teams = connection.api.teams.onChange.subscribe(undefined, {
      onStarted: () => void this.#lookForInvitations(connection),
      onData: () => void this.#lookForInvitations(connection),
      onError: () => undefined,
    })
    void connection.api.workspaces.rules.query().then(
      ({ idleTimeoutSeconds }) => (this.#idleTimeoutSeconds = idleTimeoutSeconds),
      () => undefined,
    )
    this.#stopWatching = () => {
      workspaces.unsubscribe()
      teams.unsubscribe()
    }
  }

  async #workspacesChanged(change: WorkspaceChange): Promise<void> {
    const before = this.workspaces
    const after = applied(before, change)
    await this.#known?.keep('workspaces.list', after)
    // The first whole list after a start tells what happened long ago.
    if (change.type === 'changed')
      for (const note of workspaceNews(before, after, this.#dependencies.focusedWorkspace()))
        this.#dependencies.onNote(note)
    this.#dependencies.onWorkspaces(change, after)
  }

  async #lookForInvitations(connection: Connection): Promise<void> {
    const after = await connection.api.teams.invitations.query().catch(() => null)
    if (after === null || connection !== this.#connection) return
    for (const note of invitationNews(this.#invitations, after)) this.#dependencies.onNote(note)
    this.#invitations = after
  }
}
