import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { WebSocket, WebSocketServer } from 'ws'
import type { RawData } from 'ws'
import { redacted } from '@arcx/detector/redact'
import { findCredentials } from '@arcx/detector/detector'
import { guarded } from '@arcx/service-kit/guarded'
import { ClientDisconnected } from '../response/answer.ts'
import type { Call } from '../request/call.ts'
import { holdsInside, valueInside } from '../content-coding/looking-inside.ts'
import { Refusal } from '../policy/refusal.ts'
import { replaceAll, replaceWhole } from '../../replace/replacer.ts'
import type { Outward } from '../tenants/outward.ts'
import type { Tenant } from '../tenants/tenants.ts'
import type { CallTrace } from '../records/call-trace.ts'

/** A message is whole before it is judged, so it has an end. */
const maxMessageBytes = 16 * 1024 * 1024
const waitingBytes = 4 * 1024 * 1024
const handshakeMs = 30_000
/** What a closing frame has room for (RFC 6455, section 5.5). */
const maxReasonBytes = 123

export interface Dialling {
  readonly call: Call
  readonly target: string
  readonly headers: OutgoingHttpHeaders
  readonly lookup: LookupFunction
  readonly trust: SecureContext
}

/** Keys stand there too, where a browser can send them no other way. */
const protocolsOf = (headers: OutgoingHttpHeaders) =>
  [headers['sec-websocket-protocol'] ?? '']
    .flat()
    .join(',')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

/** @throws where the other side does not take it. */
export function dialWebSocket({ call, target, headers, lookup, trust }: Dialling): Promise<WebSocket> {
  const own = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('sec-websocket-') && name !== 'host'),
  ) as Record<string, string>
  const url = `${call.scheme === 'https' ? 'wss' : 'ws'}://${call.host}:${call.port}${target}`
  const options = {
    headers: own,
    lookup,
    secureContext: trust,
    servername: call.host,
    maxPayload: maxMessageBytes,
    handshakeTimeout: handshakeMs,
    followRedirects: false,
  } as const
  return new Promise((resolve, reject) => {
    const upstream = new WebSocket(url, protocolsOf(headers), options as ConstructorParameters<typeof WebSocket>[2])
    // What it says at once waits until there is somebody to hear it.
    upstream.on('open', () => {
      upstream.pause()
      resolve(upstream)
    })
    upstream.on('unexpected-response', (asked, response) => {
      // An answer without an end would be read for ever.
      asked.destroy()
      reject(new Refusal(502, 'upgrade_refused', `${call.host} answered ${response.statusCode} and took no WebSocket.`))
    })
    upstream.on('error', reject)
  })
}

export interface Relaying {
  readonly request: IncomingMessage
  readonly socket: Socket
  readonly head: Buffer
  readonly upstream: WebSocket
  readonly tenant: Tenant
  readonly outward: Outward
  readonly trace: CallTrace
  /** Rejects when it is to end. */
  readonly isCut: Promise<never>
  leak(): Refusal
  /** @throws {Refusal} for a message with a key that does not belong there. */
  judge(text: string): void
}

/** Resolves once both sides are gone. @throws {Refusal} for a message that carries what may not go there; then both are cut. */
export async function relayMessages({
  request,
  socket,
  head,
  upstream,
  tenant,
  outward,
  trace,
  isCut,
  leak,
  judge,
}: Relaying): Promise<void> {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: () =>
      upstream.protocol === ''
        ? false
        : tenant.scrub === null
          ? upstream.protocol
          : replaceAll(tenant.scrub, upstream.protocol).text,
  })
  isCut.catch(() => upstream.terminate())
  const client = await accepted(server, request, socket, head).catch((error: unknown) => {
    upstream.terminate()
    throw error
  })
  trace.status = 101
  const over = Promise.withResolvers<void>()
  const fail = (error: unknown) => {
    client.terminate()
    upstream.terminate()
    over.reject(error)
  }
  isCut.catch(fail)
  const strangers = outward.strangers('body')
  const judgeSent = (bytes: Buffer, text: string) => {
    if (strangers !== null && (replaceWhole(strangers, bytes).count > 0 || holdsInside(strangers, bytes))) throw leak()
    judge(text)
  }
  const sent = (data: RawData, isBinary: boolean) => {
    const bytes = bytesOf(data)
    const text = bytes.toString('utf8')
    trace.sent(bytes.length)
    judgeSent(bytes, text)
    const { out, owners } = replaceWhole(outward.swaps('body', looksLikeJson(text) ? 'json' : 'raw'), bytes)
    for (const owner of owners) trace.used.add(owner)
    pass(upstream, client, out, isBinary)
  }
  const received = (data: RawData, isBinary: boolean) => {
    const bytes = bytesOf(data)
    trace.received(bytes.length)
    if (tenant.scrub !== null && holdsInside(tenant.scrub, bytes)) throw valueInside()
    const clean = tenant.scrub === null ? { out: bytes, count: 0 } : replaceWhole(tenant.scrub, bytes)
    trace.scrubbed += clean.count
    pass(client, upstream, foundIn(clean.out, isBinary, tenant, trace), isBinary)
  }
  /** Text like any other; scrubbed, it may have become too long for a frame. */
  const reasonOf = (from: WebSocket, reason: Buffer): Buffer => {
    if (from === client) judgeSent(reason, reason.toString('utf8'))
    const clean = from === upstream && tenant.scrub !== null ? replaceWhole(tenant.scrub, reason).out : reason
    return clean.length > maxReasonBytes ? Buffer.alloc(0) : clean
  }
  client.on('message', guarded(sent, fail))
  upstream.on('message', guarded(received, fail))
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    const closed = (code: number, reason: Buffer) => {
      if (to.readyState === to.OPEN)
        to.close(code >= 1000 && code !== 1005 && code !== 1006 ? code : 1000, reasonOf(from, reason))
      over.resolve()
    }
    from.on('error', () => to.terminate())
    from.on('close', guarded(closed, fail))
  }
  upstream.resume()
  await over.promise
}

/** @throws where the program went meanwhile, or its handshake is none. */
function accepted(server: WebSocketServer, request: IncomingMessage, socket: Socket, head: Buffer): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new ClientDisconnected('the program went'))
    if (!socket.readable || !socket.writable) return gone()
    socket.once('close', gone)
    server.once('wsClientError', (error) =>
      reject(new Refusal(400, 'upgrade_malformed', `This is no WebSocket handshake: ${error.message}.`)),
    )
    server.handleUpgrade(request, socket, head, (client) => {
      socket.off('close', gone)
      resolve(client)
    })
  })
}

function pass(to: WebSocket, from: WebSocket, bytes: Buffer, isBinary: boolean): void {
  if (to.readyState !== to.OPEN) return
  to.send(bytes, { binary: isBinary }, () => {
    if (from.isPaused && to.bufferedAmount < waitingBytes) from.resume()
  })
  // A side that does not read is not read ahead for.
  if (to.bufferedAmount >= waitingBytes) from.pause()
}

/** Credentials that nobody has told of, redacted where they are to be. */
function foundIn(bytes: Buffer, isBinary: boolean, tenant: Tenant, trace: CallTrace): Buffer {
  if (tenant.found === 'off' || isBinary) return bytes
  const text = bytes.toString('latin1')
  const findings = findCredentials(text)
  for (const { rule } of findings) trace.found(rule)
  return tenant.found === 'redact' && findings.length > 0 ? Buffer.from(redacted(text, findings), 'latin1') : bytes
}

const looksLikeJson = (text: string) => /^\s*[[{"]/.test(text)
const bytesOf = (data: RawData) => (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer))
