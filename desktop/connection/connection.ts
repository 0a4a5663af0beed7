import {
  TRPCClientError,
  TRPCUntypedClient,
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  splitLink,
  wsLink,
} from '@trpc/client'
import type { TRPCClient } from '@trpc/client'
import { WebSocket } from 'ws'
import type { AppRouter, MostCallsOfRequest } from '@arcx/router'
import type { ApiFailure, ConnectionState, OutputOf } from '@arcx/desktop-contract/contract'

/** Close code by which the server says that the session has ended. */
const sessionEnded = 4401
const callsTogether: MostCallsOfRequest = 50

export interface Sink {
  started(): void
  data(data: unknown): void
  error(error: ApiFailure): void
  stopped(): void
}

/** Headers by which a server knows a session of its own; Electron's main process is the browser here. */
export function sessionHeaders(server: string, session: string): { readonly cookie: string; readonly origin: string } {
  return { cookie: `${server.startsWith('https:') ? '__Host-' : ''}arc_session=${session}`, origin: server }
}

/** The router of one server as one account. The session stays in this process: pages ask for procedures by name. */
export class Connection {
  readonly server: string
  readonly api: TRPCClient<AppRouter>
  readonly headers: { readonly cookie: string; readonly origin: string }
  readonly #untyped: TRPCUntypedClient<AppRouter>
  readonly #socket: ReturnType<typeof createWSClient>
  readonly #onState: (state: ConnectionState) => void
  #state: ConnectionState = 'connecting'
  #isClosed = false

  constructor(server: string, session: string, onState: (state: ConnectionState) => void) {
    this.server = server
    this.#onState = onState
    const headers = sessionHeaders(server, session)
    this.headers = headers
    class SessionWebSocket extends WebSocket {
      constructor(url: string | URL) {
        super(url, { headers, perMessageDeflate: false, handshakeTimeout: 10_000 })
        this.once('unexpected-response', (_request, response) => {
          if (response.statusCode === 401) expired()
          this.terminate()
        })
      }
    }
    const expired = () => this.#change('expired')
    this.#socket = createWSClient({
      url: `${server.replace(/^http/, 'ws')}/trpc`,
      WebSocket: SessionWebSocket as unknown as typeof globalThis.WebSocket,
      keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5000 },
      retryDelayMs: (attempt) => Math.min(200 * 2 ** attempt, 5000),
      onOpen: () => this.#change('open'),
      onClose: (cause) => (cause?.code === sessionEnded ? expired() : this.#change('lost')),
      onError: () => this.#change('lost'),
    })
    const links = [
      splitLink<AppRouter>({
        // Where somebody is holds for as long as the connection by which it was said.
        condition: ({ type, path }) => type === 'subscription' || path === 'presence.set',
        true: wsLink({ client: this.#socket }),
        false: httpBatchLink({ url: `${server}/trpc`, maxItems: callsTogether, headers }),
      }),
    ]
    this.api = createTRPCClient<AppRouter>({ links })
    this.#untyped = new TRPCUntypedClient<AppRouter>({ links })
  }

  get state(): ConnectionState {
    return this.#state
  }

  async call(type: 'query' | 'mutation', path: string, input: unknown): Promise<OutputOf<'api.call'>> {
    try {
      return {
        ok: true,
        data: await (type === 'query' ? this.#untyped.query(path, input) : this.#untyped.mutation(path, input)),
      }
    } catch (error) {
      const failure = failureOf(error)
      if (hasEnded(failure)) this.#change('expired')
      return { ok: false, error: failure }
    }
  }

  /** Returns what ends it. */
  subscribe(path: string, input: unknown, sink: Sink): () => void {
    const subscription = this.#untyped.subscription(path, input, {
      onStarted: () => sink.started(),
      onData: (data) => sink.data(data),
      onError: (error) => {
        const failure = failureOf(error)
        if (hasEnded(failure)) this.#change('expired')
        sink.error(failure)
      },
      onStopped: () => sink.stopped(),
      onComplete: () => sink.stopped(),
    })
    return () => subscription.unsubscribe()
  }

  close(): void {
    this.#isClosed = true
    void this.#socket.close()
  }

  #change(state: ConnectionState): void {
    if (this.#isClosed || this.#state === state || this.#state === 'expired') return
    this.#state = state
    this.#onState(state)
    if (state === 'expired') this.close()
  }
}

export function failureOf(error: unknown): ApiFailure {
  if (!(error instanceof TRPCClientError))
    return { message: error instanceof Error ? error.message : String(error), code: null, data: null }
  const shape = error.shape as { readonly code?: number } | undefined
  return { message: error.message, code: shape?.code ?? null, data: (error.data as unknown) ?? null }
}

function hasEnded({ data }: ApiFailure): boolean {
  return (
    typeof data === 'object' &&
    data !== null &&
    'arc' in data &&
    (data.arc as { readonly code?: string } | null)?.code === 'signed_out'
  )
}
