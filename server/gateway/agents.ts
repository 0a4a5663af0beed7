import type { Agent } from 'node:http'
import type { Socket } from 'node:net'
import type { WorkspaceId } from '@arcx/router'
import { DiallingAgent } from '@arcx/service-kit/connections/dialling-agent'

const most = 500

/** Connections to workspaces, kept for the next request; beyond a bound those of the workspace that was asked for longest ago are closed. */
export class Agents {
  readonly #dial: (workspaceId: WorkspaceId) => Promise<Socket>
  readonly #agents = new Map<WorkspaceId, DiallingAgent>()

  constructor(dial: (workspaceId: WorkspaceId) => Promise<Socket>) {
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
    const agent = new DiallingAgent(() => this.#dial(workspaceId), { maxFreeSockets: 8 })
    this.#agents.set(workspaceId, agent)
    return agent
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }
}
