import { chmodSync } from 'node:fs'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { SupervisorReport } from '@arcx/router/supervisor'
import { openPort } from './ports.ts'
import type { Samples } from './samples.ts'

/**
 * Serves `GET /ready` (answers once the IDE does), `GET /report?after=N`, and `CONNECT 127.0.0.1:PORT` to whoever holds
 * the key; to anybody else the TLS handshake fails, and a server without the key fails the orchestrator's.
 */
export async function serveReports(
  socket: string,
  key: Buffer,
  identity: string,
  ready: Promise<void>,
  samples: Samples,
): Promise<Server> {
  let isReady = false
  void ready.then(() => (isReady = true))
  const server = createServer(
    // A forwarded connection that is done sending may still receive.
    {
      allowHalfOpen: true,
      ciphers: 'PSK',
      minVersion: 'TLSv1.3',
      pskIdentityHint: identity,
      pskCallback: (_socket, name) => (name === identity ? key : null),
    },
    async (request, response) => {
      const url = URL.parse(`https://supervisor${request.url ?? ''}`)
      if (url === null) return response.writeHead(400).end()
      if (request.method !== 'GET') return response.writeHead(405).end()
      if (url.pathname === '/ready') {
        await ready
        return response.writeHead(204).end()
      }
      if (url.pathname !== '/report') return response.writeHead(404).end()
      const after = Number(url.searchParams.get('after') ?? 0)
      const report: SupervisorReport = {
        ready: isReady,
        lastActivityAt: samples.lastActivityAt(),
        samples: [...samples.after(Number.isFinite(after) ? after : 0)],
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(report))
    },
  )
  server.on('connect', openPort)
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  chmodSync(socket, 0o666)
  return server
}
