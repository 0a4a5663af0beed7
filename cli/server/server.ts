import { createTRPCClient, createWSClient, httpLink, wsLink } from '@trpc/client'
import type { TRPCClient } from '@trpc/client'
import { WebSocket } from 'ws'
import type { AppRouter } from '@arcx/router'

export type Api = TRPCClient<AppRouter>

/** The server with somebody's token. */
export class Server {
  readonly origin: string
  readonly api: Api
  readonly #headers: Readonly<Record<string, string>>

  constructor(origin: string, token: string | null) {
    this.origin = origin
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` }
    this.api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${origin}/trpc`, headers: this.#headers })] })
  }

  /** The router's subscriptions; `close` lets the process end. */
  live(): { readonly api: Api; close(): void } {
    const headers = this.#headers
    class WebSocketWithToken extends WebSocket {
      constructor(url: string | URL) {
        super(url, { headers })
      }
    }
    const client = createWSClient({
      url: `${this.#webSocketOrigin}/trpc`,
      WebSocket: WebSocketWithToken as unknown as typeof globalThis.WebSocket,
      retryDelayMs: (attempt) => Math.min(200 * 2 ** attempt, 3000),
    })
    return { api: createTRPCClient<AppRouter>({ links: [wsLink({ client })] }), close: () => void client.close() }
  }

  /** One of the plain HTTP routes. */
  get(path: string): Promise<Response> {
    return fetch(`${this.origin}${path}`, { headers: this.#headers })
  }

  /** A stream of bytes to a workspace, at `/exec` or `/forward`. */
  stream(path: string): WebSocket {
    return new WebSocket(`${this.#webSocketOrigin}${path}`, {
      headers: this.#headers,
      perMessageDeflate: false,
      handshakeTimeout: 15_000,
    })
  }

  get #webSocketOrigin(): string {
    return this.origin.replace(/^http/, 'ws')
  }
}
