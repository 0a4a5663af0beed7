import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { guarded } from '@arcx/service-kit/guarded'
import { parseTarget } from '@arcx/service-kit/request-target'

/** What makes a code worth nothing to whoever else sees it (RFC 7636, section 4). */
export interface ProofKey {
  readonly verifier: string
  /** SHA-256 of the verifier, base64url. */
  readonly challenge: string
  /** Tells one sign-in from another, and from what somebody made up (RFC 6749, section 10.12). */
  readonly state: string
}

export function makeProofKey(): ProofKey {
  const [state, verifier] = [randomBytes(24).toString('base64url'), randomBytes(32).toString('base64url')]
  return { state, verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

const timeMs = 10_000
const mostConnections = 64

export interface Loopback {
  readonly port: number
  /** A page that is still on its way gets there. */
  close(): void
}

export interface LoopbackPages {
  /** What is to be done next, where the sign-in has come back. */
  readonly done: string
  /** Where it has not: another page that guessed the port does not know the state. */
  readonly again: string
}

/**
 * A port of this machine to which the browser comes back from a sign-in, at `/callback?code=…&state=…` (RFC 8252,
 * section 7.3). `take` is handed each code and state, and says whether they are those that are waited for.
 * @throws when no port can be had.
 */
export async function openLoopback(
  pages: LoopbackPages,
  take: (code: string, state: string) => boolean,
): Promise<Loopback> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const target = parseTarget(request.url)
    const code = target.kind === 'path' && target.path === '/callback' ? target.query.get('code') : null
    const isGood = target.kind === 'path' && code !== null && take(code, target.query.get('state') ?? '')
    response.writeHead(isGood ? 200 : 400, {
      'content-type': 'text/html; charset=utf-8',
      connection: 'close',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'referrer-policy': 'no-referrer',
    })
    response.end(isGood ? page('Signed in', pages.done) : page('That did not work', pages.again))
  }
  // Any page of the browser's can come here: nothing that it sends may end the program that waits, or hold it.
  const server = createServer(
    { connectionsCheckingInterval: 1000, headersTimeout: timeMs, requestTimeout: timeMs, keepAliveTimeout: timeMs },
    guarded(answer, (_error, _request, response) => response.destroy()),
  )
  server.maxConnections = mostConnections
  server.on('upgrade', (_request, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeIdleConnections()
      // What a browser opened ahead and never used is not idle to Node.
      setTimeout(() => server.closeAllConnections(), 1000).unref()
    },
  }
}

const page = (title: string, text: string) =>
  `<!doctype html><meta name="color-scheme" content="dark light"><title>${title}</title><body style="font:16px system-ui;display:grid;place-items:center;min-height:90vh"><main><h1>${title}</h1><p>${text}</p></main>`
