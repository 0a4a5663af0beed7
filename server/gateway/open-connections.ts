import type { Writable } from 'node:stream'
import type { SessionId, UserId, WorkspaceId } from '@arcx/router'

/** Who looks at a workspace, by their session. */
export interface ConnectedPerson {
  readonly via: 'session'
  readonly userId: UserId
  readonly sessionId: SessionId
  readonly login: string
  readonly name: string
}

/** Whom a connection was let through for, and where to. */
interface Passed {
  readonly visitor: ConnectedPerson
  readonly workspaceId: WorkspaceId
  readonly name: string
}

/** What is open through the gateway, so that it ends with what it was let through for. */
export class OpenConnections {
  readonly #bySession = new Map<SessionId, Map<Writable, Passed>>()

  get count(): number {
    let count = 0
    for (const sockets of this.#bySession.values()) count += sockets.size
    return count
  }

  /** Until it closes. */
  add({ visitor, workspaceId, name }: Passed, socket: Writable): void {
    const { sessionId } = visitor
    const sockets = this.#bySession.get(sessionId) ?? new Map<Writable, Passed>()
    if (sockets.has(socket)) return
    this.#bySession.set(sessionId, sockets.set(socket, { visitor, workspaceId, name }))
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0 && this.#bySession.get(sessionId) === sockets) this.#bySession.delete(sessionId)
    })
  }

  endSession(sessionId: SessionId): void {
    for (const socket of this.#bySession.get(sessionId)?.keys() ?? []) socket.destroy()
    this.#bySession.delete(sessionId)
  }

  endWorkspace(workspaceId: WorkspaceId): void {
    for (const [socket, passed] of this.#all()) if (passed.workspaceId === workspaceId) socket.destroy()
  }

  /** Ends those of a person's that are not admitted any more. What cannot be decided is refused. */
  async recheck(userId: UserId, admit: (visitor: ConnectedPerson, name: string) => Promise<unknown>): Promise<void> {
    const theirs = [...this.#all()].filter(([, passed]) => passed.visitor.userId === userId)
    await Promise.all(theirs.map(([socket, { visitor, name }]) => admit(visitor, name).catch(() => socket.destroy())))
  }

  close(): void {
    for (const [socket] of this.#all()) socket.destroy()
  }

  *#all(): Iterable<readonly [Writable, Passed]> {
    for (const sockets of this.#bySession.values()) yield* sockets
  }
}
