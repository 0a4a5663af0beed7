import type { Duplex } from 'node:stream'
import pLimit from 'p-limit'
import type { LimitFunction } from 'p-limit'
import type { WebSocket } from 'ws'
import { ArcError, ExecOpen } from '@arcx/router'
import type { AuthorizationPort, ExecNote, UserActor, UserId, WorkspaceId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { ContainerRef, RuntimePort } from '../runtime/port.ts'
import { ExecRelay } from './exec-relay.ts'
import { relayBytes } from './forward-relay.ts'
import { IncomingMessages } from './incoming.ts'

/** Close codes (4000–4999 are for applications, RFC 6455, section 7.4.2). */
export const refusedCode = 4403
const openTimeoutMs = 10_000
/** In one workspace at a time, each with a bound of its own; what is beyond waits for its turn, and so many may. */
const bounds = { exec: 256, forward: 1024 } as const
const mostWaiting = 4096

export interface ExecDependencies {
  readonly log: Log
  readonly authorization: Pick<AuthorizationPort, 'perform'>
  readonly workspaces: {
    /** The running container of a workspace in which the actor may run programs; recorded. @throws `ArcError`. */
    enter(actor: UserActor, name: string, purpose: Purpose): Promise<ContainerRef>
    /** @throws `ArcError` where the actor may not any more. */
    requireExec(actor: UserActor, name: string): Promise<unknown>
  }
  readonly runtime: Pick<RuntimePort, 'exec'>
  readonly connection: { dialPort(container: ContainerRef, port: number): Promise<Duplex> }
  /** Somebody is at work in a workspace until what it returns is called. */
  readonly presence: { atWork(actor: UserActor, workspaceId: WorkspaceId): () => void }
  onActivity(workspaceId: WorkspaceId): void
}

type Purpose = 'exec' | 'forward'

interface Open {
  readonly actor: UserActor
  readonly name: string
  readonly webSocket: WebSocket
}

/** Programs that people run in workspaces, and ports of workspaces that they forward: over WebSockets that are theirs. */
export class Exec {
  readonly #dependencies: ExecDependencies
  readonly #open = new Set<Open>()
  readonly #turns = { exec: new Map<string, LimitFunction>(), forward: new Map<string, LimitFunction>() } as const

  constructor(dependencies: ExecDependencies) {
    this.#dependencies = dependencies
  }

  get count(): number {
    return this.#open.size
  }

  /** Runs what the first message asks for, and relays until it ends or the client goes. */
  async serve(webSocket: WebSocket, actor: UserActor): Promise<void> {
    try {
      const incoming = new IncomingMessages(webSocket)
      const asked = await firstMessage(webSocket, incoming)
      const { workspace: name, ...request } = ExecOpen.parse(JSON.parse(asked))
      await this.#during(webSocket, actor, name, 'exec', async (container) => {
        const execution = await this.#dependencies.runtime.exec(container, request)
        const relay = new ExecRelay(webSocket, incoming, execution, () =>
          this.#dependencies.onActivity(container.workspaceId),
        )
        await relay.untilOver()
      })
    } catch (error) {
      this.#refuse(webSocket, error)
    }
  }

  /** Connects to a port on the workspace's own loopback address, and relays. */
  async forward(webSocket: WebSocket, actor: UserActor, name: string, port: number): Promise<void> {
    const incoming = new IncomingMessages(webSocket)
    // What comes already waits until there is a connection to take it.
    webSocket.pause()
    try {
      await this.#during(webSocket, actor, name, 'forward', async (container) => {
        const connection = await this.#dependencies.connection.dialPort(container, port)
        await relayBytes(webSocket, incoming, connection, () => this.#dependencies.onActivity(container.workspaceId))
      })
    } catch (error) {
      this.#refuse(webSocket, error)
    }
  }

  /** Somebody's rights have changed: what they run where they no longer may is ended. */
  async recheck(userId: UserId): Promise<void> {
    const theirs = [...this.#open].filter(({ actor }) => actor.userId === userId)
    await Promise.all(
      theirs.map(({ actor, name, webSocket }) =>
        // What cannot be decided is refused.
        this.#dependencies.workspaces.requireExec(actor, name).catch(() => webSocket.terminate()),
      ),
    )
  }

  close(): void {
    for (const { webSocket } of this.#open) webSocket.terminate()
  }

  async #during(
    webSocket: WebSocket,
    actor: UserActor,
    name: string,
    purpose: Purpose,
    work: (container: ContainerRef) => Promise<void>,
  ): Promise<void> {
    const open: Open = { actor, name, webSocket }
    // Known before anything is asked, so that a change of rights in between is not missed.
    this.#open.add(open)
    try {
      const container = await this.#enter(actor, name, purpose)
      await this.#inTurn(container.workspaceId, purpose, async () => {
        if (webSocket.readyState !== webSocket.OPEN) return
        const workOver = this.#dependencies.presence.atWork(actor, container.workspaceId)
        await work(container).finally(workOver)
      })
    } finally {
      this.#open.delete(open)
    }
  }

  #enter(actor: UserActor, name: string, purpose: Purpose): Promise<ContainerRef> {
    const { authorization, workspaces } = this.#dependencies
    return authorization.perform(
      { path: `UPGRADE /${purpose}`, actor, origin: actor, input: async () => ({ name }) },
      () => workspaces.enter(actor, name, purpose),
    )
  }

  async #inTurn(workspaceId: WorkspaceId, purpose: Purpose, work: () => Promise<void>): Promise<void> {
    const turns = this.#turns[purpose]
    const turn = turns.get(workspaceId) ?? pLimit(bounds[purpose])
    turns.set(workspaceId, turn)
    if (turn.pendingCount >= mostWaiting)
      throw new ArcError(
        'LimitReached',
        'too_many_programs',
        `${bounds[purpose]} ${purpose === 'exec' ? 'programs' : 'forwarded connections'} are open in this workspace, and ${mostWaiting} wait. Close some.`,
      )
    try {
      await turn(work)
    } finally {
      if (turn.activeCount + turn.pendingCount === 0 && turns.get(workspaceId) === turn) turns.delete(workspaceId)
    }
  }

  #refuse(webSocket: WebSocket, error: unknown): void {
    const known =
      error instanceof ArcError
        ? error
        : new ArcError('Invalid', 'message_invalid', 'The server could not make sense of what was asked.')
    if (!(error instanceof ArcError)) this.#dependencies.log.info({ err: error }, 'a program could not be run')
    const note: ExecNote = { type: 'refused', code: known.code, message: known.message }
    if (webSocket.readyState !== webSocket.OPEN) return
    // Read again, so that the client's goodbye is heard.
    webSocket.resume()
    webSocket.send(JSON.stringify(note), () => webSocket.close(refusedCode))
  }
}

function firstMessage(webSocket: WebSocket, incoming: IncomingMessages): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      webSocket.terminate()
      reject(new Error('Nothing was asked.'))
    }, openTimeoutMs)
    incoming.once(({ data, isBinary }) => {
      clearTimeout(timer)
      if (isBinary) reject(new Error('The first message is text.'))
      else resolve(String(data))
    })
    webSocket.once('close', () => {
      clearTimeout(timer)
      reject(new Error('The client went before it asked.'))
    })
  })
}
