import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { createTRPCClient, createWSClient, httpBatchLink, wsLink } from '@trpc/client'
import type { TRPCClient } from '@trpc/client'
import { WebSocket } from 'ws'
import type { Database } from '@arcx/prisma'
import { SessionId, UserId } from '@arcx/router'
import type { AppRouter, Tier } from '@arcx/router'
import { deriveKey, sign } from '@arcx/server/credentials/signing'

/** Somebody signed in, and what their browser would hold. */
export interface Person {
  readonly userId: UserId
  readonly sessionId: SessionId
  /** The `Cookie` header. */
  readonly cookie: string
  /** The router over HTTP. */
  readonly api: TRPCClient<AppRouter>
  live(): Live
}

/** The router over a WebSocket that reconnects. */
export interface Live {
  readonly api: TRPCClient<AppRouter>
  /** Breaks the connection as a network would. */
  cut(): void
  /** Hears nothing more and says nothing more, and closes nothing, as a computer that sleeps. */
  fallSilent(): void
  close(): Promise<void>
}

export interface Deployment {
  readonly origin: string
  readonly adminToken: string
  readonly prisma: Database
}

/** Writes a person and a session as sign-in would, and signs the session's cookie with the deployment's key. */
export async function signInSomebody({ origin, adminToken, prisma }: Deployment, tier: Tier = 'team'): Promise<Person> {
  const userId = UserId.parse(randomUUID())
  const sessionId = SessionId.parse(randomUUID())
  const expiresAt = new Date(Date.now() + 3600_000)
  const login = `person-${userId.slice(0, 8)}`
  await prisma.user.create({ data: { id: userId, login, name: login, tier, grantedTier: tier } })
  await prisma.session.create({
    data: { id: sessionId, userId, address: '127.0.0.1', userAgent: 'test', expiresAt, endsAt: expiresAt },
  })
  const claims = [sessionId, userId, String(Math.floor(expiresAt.getTime() / 1000))]
  const cookie = `arc_session=${sign(deriveKey(adminToken, 'session'), claims)}`
  const headers = { cookie, origin }
  return {
    userId,
    sessionId,
    cookie,
    api: createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${origin}/trpc`, headers })] }),
    live() {
      const sockets: Socket[] = []
      class OwnWebSocket extends WebSocket {
        constructor(url: string | URL) {
          super(url, { headers })
          this.once('upgrade', ({ socket }) => sockets.push(socket))
        }
      }
      const client = createWSClient({
        url: `${origin.replace('http', 'ws')}/trpc`,
        WebSocket: OwnWebSocket as unknown as typeof globalThis.WebSocket,
        retryDelayMs: () => 100,
      })
      return {
        api: createTRPCClient<AppRouter>({ links: [wsLink({ client })] }),
        cut: () => (client.connection?.ws as unknown as WebSocket | undefined)?.terminate(),
        fallSilent: () => sockets.at(-1)?.pause(),
        close: async () => client.close(),
      }
    },
  }
}
