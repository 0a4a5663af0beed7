import type { IncomingMessage } from 'node:http'
import { Http2ServerRequest } from 'node:http2'
import { Refusal } from '../policy/refusal.ts'

/** A request of a program's, over HTTP/1.1 or HTTP/2 alike. */
export interface ProxiedRequest {
  readonly version: '1.1' | '2'
  readonly method: string
  /** Lower-case names; none of HTTP/2's own, and not the host's. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly hasBody: boolean
  readonly body: IncomingMessage | Http2ServerRequest
}

export function proxiedRequestOf(request: IncomingMessage | Http2ServerRequest): ProxiedRequest {
  const headers = new Map<string, string[]>()
  const { rawHeaders } = request
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (name.startsWith(':') || name === 'host') continue
    const known = headers.get(name)
    if (known === undefined) headers.set(name, [rawHeaders[at + 1] ?? ''])
    else known.push(rawHeaders[at + 1] ?? '')
  }
  // For one hop alone, and so opened here or not at all (RFC 9112, section 6.1).
  const transfer = headers.get('transfer-encoding')?.join(',') ?? ''
  if (/[^\s,]/.test(transfer.replace(/\bchunked\b|\bidentity\b/gi, '')))
    throw new Refusal(
      501,
      'transfer_coding_unknown',
      `A transfer coding other than chunked (${transfer.slice(0, 60)}) is not taken: name the coding in Content-Encoding.`,
    )
  const method = request.method ?? 'GET'
  // A browser's cookies come in several over HTTP/2, and are one (RFC 9113, section 8.2.3).
  const cookies = headers.get('cookie')
  if (cookies !== undefined && cookies.length > 1) headers.set('cookie', [cookies.join('; ')])
  const isH2 = request instanceof Http2ServerRequest
  const hasBody = isH2
    ? !request.stream.endAfterHeaders
    : headers.has('content-length') || headers.has('transfer-encoding')
  return { version: isH2 ? '2' : '1.1', method, headers, hasBody, body: request }
}
