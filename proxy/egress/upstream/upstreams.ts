import type { SecureContext } from 'node:tls'
import { Agent } from 'undici'
import type { Dispatcher } from 'undici'
import type { AddressGuard } from '@arcx/service-kit/address-guard'

const connectMs = 30_000
const firstByteMs = 120_000
const silenceMs = 600_000
const headerBytes = 64 * 1024
const idleMs = 120_000
const sweepMs = 30_000

interface Own {
  /** Which of the two versions it asks for first: an answer in the one that it was asked in costs least. */
  readonly agents: Readonly<Record<'1.1' | '2', Agent>>
  usedAt: number
}

/**
 * Connections to the outside, over HTTP/1.1 and HTTP/2 as their servers have it. Each workspace has its own: what one
 * has proved to a server by a connection, as NTLM does, no other shares.
 */
export class Upstreams {
  readonly #connect: Agent.Options['connect'] & object
  readonly #byWorkspace = new Map<string, Own>()
  readonly #sweep: NodeJS.Timeout

  /** Every connection is dialled at an address that was judged for it. `trust`: one for all, since each holds every authority's certificate. */
  constructor(guard: AddressGuard, trust: SecureContext) {
    this.#connect = { lookup: guard.lookup, secureContext: trust, timeout: connectMs }
    this.#sweep = setInterval(() => this.#closeIdle(), sweepMs).unref()
  }

  dispatch(
    workspaceId: string,
    version: '1.1' | '2',
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): void {
    let own = this.#byWorkspace.get(workspaceId)
    if (own === undefined) {
      own = { agents: { '1.1': this.#agent(false), '2': this.#agent(true) }, usedAt: 0 }
      this.#byWorkspace.set(workspaceId, own)
    }
    own.usedAt = Date.now()
    own.agents[version].dispatch(options, handler)
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    const all = [...this.#byWorkspace.values()]
    this.#byWorkspace.clear()
    await Promise.all(all.flatMap(({ agents }) => [agents['1.1'].destroy(), agents['2'].destroy()]))
  }

  #agent(preferH2: boolean): Agent {
    return new Agent({
      allowH2: true,
      connect: { ...this.#connect, preferH2 },
      headersTimeout: firstByteMs,
      bodyTimeout: silenceMs,
      maxHeaderSize: headerBytes,
    })
  }

  /** What still goes on ends in its own time. */
  #closeIdle(): void {
    const before = Date.now() - idleMs
    for (const [id, { agents, usedAt }] of this.#byWorkspace) {
      if (usedAt >= before) continue
      this.#byWorkspace.delete(id)
      for (const agent of Object.values(agents)) void agent.close().catch(() => undefined)
    }
  }
}
