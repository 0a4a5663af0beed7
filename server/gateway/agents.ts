import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import type { WorkspaceId } from '@arcx/router'

const most = 500

/** Connections to workspaces, kept for the next request; beyond a bound those of the workspace that was asked for longest ago are closed. */
export class Agents {
  readonly #dial: (workspaceId: WorkspaceId) => Socket
  readonly #agents = new Map<WorkspaceId, Agent>()

  constructor(dial: (workspaceId: WorkspaceId) => Socket) {
    this.#dial = dial
  }

  of(workspaceId: WorkspaceId): Agent {
    const known = this.#agents.get(workspaceId)
    if (known !== undefined) {
      // The one that was asked for last stands last.
      this.#agents.delete(workspaceId)
      this.#agents.set(workspaceId, known)
      return known
    }
    if (this.#agents.size >= most) {
      const oldest = this.#agents.entries().next().value
      if (oldest !== undefined) {
        this.#agents.delete(oldest[0])
        oldest[1].destroy()
      }
    }
    const agent = new DialAgent(() => this.#dial(workspaceId))
    this.#agents.set(workspaceId, agent)
    return agent
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }
}

class DialAgent extends Agent {
  readonly #dial: () => Socket

  constructor(dial: () => Socket) {
    super({ keepAlive: true, maxFreeSockets: 8 })
    this.#dial = dial
  }

  override createConnection(): Socket {
    return this.#dial()
  }
}
