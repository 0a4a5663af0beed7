import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { cleanResponse } from './forwarding.ts'

/** What is between two neighbours alone (RFC 9110, section 7.6.1); it may name more in `connection`. */
const betweenNeighbours = [
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'proxy-authenticate',
  'proxy-authorization',
]
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * Takes from a workspace's answer, in place, its word on where it begins and ends on the visitor's connection (RFC 9112,
 * section 6): its status line is made anew, and its framing is ours. `false` for one that has none we know.
 */
export function hasSoundFraming(answer: IncomingMessage): boolean {
  const { headers, statusCode: status } = answer
  const coding = headers['transfer-encoding']
  if (status === undefined || status < 200 || status > 599) return false
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return false
  if (headers['content-length'] !== undefined && !/^\d+$/.test(headers['content-length'])) return false
  takeNeighbours(headers)
  answer.httpVersion = '1.1'
  answer.statusMessage = STATUS_CODES[status] ?? ''
  if (withoutBody.has(status)) {
    delete headers['content-length']
    delete headers['transfer-encoding']
  }
  cleanResponse(headers)
  return true
}

/** The same for an answer that makes a WebSocket of the connection. */
export function isSoundUpgrade(answer: IncomingMessage): boolean {
  const { headers } = answer
  if (answer.statusCode !== 101 || headers.upgrade?.toLowerCase() !== 'websocket') return false
  takeNeighbours(headers)
  delete headers['content-length']
  delete headers['transfer-encoding']
  headers.connection = 'Upgrade'
  headers.upgrade = 'websocket'
  cleanResponse(headers)
  return true
}

/** Passes an answer on whose framing is sound: Node says where its body ends. */
export function passOn(answer: IncomingMessage, response: ServerResponse): void {
  const { headers, statusCode = 502, statusMessage = '' } = answer
  delete headers['transfer-encoding']
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && isSendable(name, value)) response.setHeader(name, value)
  response.writeHead(statusCode, statusMessage)
  if (!withoutBody.has(statusCode)) answer.pipe(response)
  else {
    answer.resume()
    response.end()
  }
}

/** Says something of ours on a connection, whatever has been prepared for it. */
export function ownAnswer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body = '',
): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response
    .writeHead(status, STATUS_CODES[status] ?? '', { ...headers, 'content-length': Buffer.byteLength(body) })
    .end(body)
}

/** Nothing that httpxy writes on an upgraded connection by itself changes its bytes: a header's are ISO 8859-1. */
export function keepHeaderBytes(socket: Duplex): void {
  socket.setDefaultEncoding('latin1')
}

function takeNeighbours(headers: IncomingHttpHeaders): void {
  const named = `${headers.connection ?? ''},${String(headers['proxy-connection'] ?? '')}`
    .split(',')
    .map((name) => name.trim().toLowerCase())
  // These say where its body ends, whatever it makes of them.
  for (const name of named) if (name !== 'transfer-encoding' && name !== 'content-length') delete headers[name]
  for (const name of betweenNeighbours) delete headers[name]
}

/** Node's parser takes some that its server would not send. */
function isSendable(name: string, value: string | string[]): boolean {
  try {
    validateHeaderName(name)
    for (const each of [value].flat()) validateHeaderValue(name, each)
    return true
  } catch {
    return false
  }
}
