import { z } from 'zod'
import { errors } from '@arcx/router'
import type { WorkspaceId } from '@arcx/router'
import type { NodePath } from './home.ts'

const timeoutMs = 5000
const Opened = z.object({ authority: z.string() })

/** Tells arc-proxy where to listen for a workspace: in the directory that was made for its sockets. */
export class ProxyClient {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  /** The certificate of the authority that the workspace is to trust. `ifMissing`: leaves it where it listens already. @throws `egress_unavailable`. */
  async open(workspaceId: WorkspaceId, directory: NodePath, ifMissing = false): Promise<string> {
    try {
      const response = await fetch(`${this.#url}/internal/workspaces/${workspaceId}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ directory, ifMissing }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      return Opened.parse(await response.json()).authority
    } catch (error) {
      throw errors.egressUnavailable(error)
    }
  }

  async shut(workspaceId: WorkspaceId): Promise<void> {
    await fetch(`${this.#url}/internal/workspaces/${workspaceId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => undefined)
  }
}
