import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'
import { refuseUpgrade as refuseConnection } from '@arcx/service-kit/upgrades'

/** Why a call is not let through; told to the program that made it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  /** Seconds after which it is worth another try. */
  readonly retryAfter: number | null

  constructor(status: number, code: string, message: string, retryAfter: number | null = null) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** For a host that nobody may reach, as it was named; nothing else is known of the call yet. */
export class HostRefused extends Refusal {
  readonly named: string
  readonly scheme: 'http' | 'https'

  constructor(status: number, code: string, message: string, named: string, scheme: 'http' | 'https') {
    super(status, code, message)
    this.named = named
    this.scheme = scheme
  }
}

/** A text at `error`: package managers print it, and so do the SDKs of AI providers. */
const bodyOf = ({ code, message }: Refusal) => `${JSON.stringify({ error: `arcx: ${message}`, code })}\n`

function headersOf(refusal: Refusal): Record<string, string | number> {
  const headers = { 'content-type': 'application/json', 'x-arcx-refused': refusal.code }
  return refusal.retryAfter === null ? headers : { ...headers, 'retry-after': refusal.retryAfter }
}

/** Says why, in a form that programs and people read: git shows its person text alone. */
export function refuse(response: ServerResponse | Http2ServerResponse, refusal: Refusal): void {
  const isGit = response.req.headers['user-agent']?.startsWith('git/') === true
  const body = isGit ? `arcx: ${refusal.message}\n` : bodyOf(refusal)
  const headers = {
    ...headersOf(refusal),
    'content-length': Buffer.byteLength(body),
    ...(isGit ? { 'content-type': 'text/plain; charset=utf-8' } : {}),
  }
  if ('createPushResponse' in response) response.writeHead(refusal.status, headers)
  else response.writeHead(refusal.status, { ...headers, connection: 'close' })
  response.end(body)
}

/** The same where no response has been made yet: of a tunnel or an upgrade. */
export function refuseUpgrade(socket: Socket, refusal: Refusal): void {
  refuseConnection(socket, refusal.status, headersOf(refusal), bodyOf(refusal))
}
