import { Agent, STATUS_CODES, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Agent as TlsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Log } from '@arcx/service-kit/log'
import { Replacer, holds, replaceAll } from '../replace/replacer.ts'
import { AddressRefused } from './address-guard.ts'
import type { AddressGuard } from './address-guard.ts'
import { acceptedCodings, codingOf } from './codings.ts'
import type { EgressPolicy } from './policy.ts'
import { Refusal, refuse, refuseUpgrade } from './refusal.ts'
import { hiddenQuery, withoutCredentials } from './records.ts'
import type { Records } from './records.ts'
import type { Call } from './call.ts'
import type { Outward, Tenant, Tenants } from './tenants.ts'
import { Counting, GuardingStream, Noticing, ReplacingStream, pump } from './streams.ts'
import { dialWebSocket, relayMessages } from './web-socket.ts'

const firstByteMs = 120_000
const silenceMs = 600_000

/** For one hop alone (RFC 9110, section 7.6.1), and what is the proxy's own. */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'])
/** Where credentials stand. Beside one that was put in, every other is dropped. */
const credentialHeaders = new Set(['authorization', 'x-api-key', 'api-key', 'x-auth-token', 'x-goog-api-key', 'private-token', 'cookie'])

/** What the record is made from, as it comes to be known. */
interface Told {
  readonly at: Date
  tenant: Tenant | null
  outcome: string
  status: number | null
  up: number
  down: number
  scrubbed: number
  readonly used: Set<string>
}

export interface ExchangeNeeds {
  readonly tenants: Tenants
  readonly policy: EgressPolicy
  readonly guard: AddressGuard
  readonly records: Records
  readonly log: Log
  /** Certificates of authorities that servers outside may have, beside the usual ones. */
  readonly ca: readonly string[] | undefined
}

/** One call to the outside: judged, its placeholders made values, passed on, and what comes back cleaned as it flows. */
export class Exchange {
  readonly #needs: ExchangeNeeds
  readonly #plain: Agent
  readonly #tls: TlsAgent

  constructor(needs: ExchangeNeeds) {
    this.#needs = needs
    const lookup = needs.guard.lookup
    // Every connection is dialled at an address that was judged for it.
    this.#plain = new Agent({ keepAlive: true, maxFreeSockets: 64, lookup } as ConstructorParameters<typeof Agent>[0])
    this.#tls = new TlsAgent({ keepAlive: true, maxFreeSockets: 64, lookup, ca: needs.ca === undefined ? undefined : [...needs.ca], minVersion: 'TLSv1.2' } as ConstructorParameters<typeof TlsAgent>[0])
  }

  close(): void {
    this.#plain.destroy()
    this.#tls.destroy()
  }

  async handle(call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#recorded(call, request, async (told) => {
      try {
        const tenant = await this.#tenant(call, told)
        const { outward, target, headers } = this.#admit(call, request, tenant, told.used)
        const answer = await this.#send(call, request, target, headers, outward, told)
        told.status = answer.statusCode ?? 502
        await this.#giveBack(answer, request, response, tenant, told)
      } catch (error) {
        request.unpipe()
        request.resume()
        const refusal = refusalOf(error, call)
        if (refusal.code === 'upstream_failed') this.#needs.log.info({ err: error, host: call.host }, 'a call failed')
        // What has begun cannot be taken back; cut off, it is at least not taken for whole.
        if (response.headersSent) response.destroy()
        else {
          told.status = refusal.status
          refuse(response, refusal)
        }
        throw refusal
      }
    })
  }

  /** The same for a WebSocket (RFC 6455): judged as a request, and then each message by itself, both ways. */
  async upgrade(call: Call, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    await this.#recorded(call, request, async (told) => {
      try {
        const tenant = await this.#tenant(call, told)
        const { outward, target, headers } = this.#admit(call, request, tenant, told.used)
        const upstream = await dialWebSocket({ call, target, headers, request, lookup: this.#needs.guard.lookup, ca: this.#needs.ca })
        told.status = 101
        await relayMessages({ request, socket, head, upstream, tenant, outward, counts: told, onUsed: (text) => noteUsed(outward, text, told.used), leak: () => leak(call.host) })
      } catch (error) {
        const refusal = refusalOf(error, call)
        if (told.status === 101) socket.destroy()
        else {
          told.status = refusal.status
          refuseUpgrade(socket, refusal)
        }
        throw refusal
      }
    })
  }

  /** Whatever becomes of it is written down. */
  async #recorded(call: Call, request: IncomingMessage, work: (told: Told) => Promise<void>): Promise<void> {
    const told: Told = { at: new Date(), tenant: null, outcome: 'passed', status: null, up: 0, down: 0, scrubbed: 0, used: new Set() }
    try {
      await work(told)
    } catch (error) {
      told.outcome = `refused:${refusalOf(error, call).code}`
    } finally {
      this.#record(call, request, told)
    }
  }

  /** @throws {Refusal} where it may not go, or carries what may not go there. */
  #admit(call: Call, request: IncomingMessage, tenant: Tenant, used: Set<string>): { readonly outward: Outward; readonly target: string; readonly headers: OutgoingHttpHeaders } {
    if (!this.#needs.policy.allows(call.host)) throw new Refusal(403, 'host_refused', `Workspaces may not reach ${call.host}. Ask whoever runs this server to permit it.`)
    if (!tenant.policy.allows(call.host)) throw new Refusal(403, 'host_refused', `This workspace may not reach ${call.host}. Whoever it belongs to, a person or the admins of a team, can permit it.`)
    const outward = tenant.outwardTo(call.scheme, call.host)
    return { outward, target: this.#outwardTarget(call, outward, used), headers: this.#outwardHeaders(call, request, outward, used) }
  }

  #record(call: Call, request: IncomingMessage, { at, tenant, outcome, status, up, down, scrubbed, used }: Told): void {
    const scrub = tenant?.scrub ?? null
    this.#needs.records.add({
      workspaceId: call.workspaceId,
      at,
      method: (request.method ?? '').slice(0, 20),
      scheme: call.scheme,
      host: call.host,
      port: call.port,
      path: withoutCredentials(hiddenQuery(scrub === null ? call.target : replaceAll(scrub, call.target).text)),
      outcome,
      status,
      bytesUp: up,
      bytesDown: down,
      durationMs: Date.now() - at.getTime(),
      secrets: [...used],
      scrubbed,
    })
  }

  /** Fails closed: who is not known, or what could not be written down, goes nowhere. */
  async #tenant({ workspaceId }: Call, told: Told): Promise<Tenant> {
    if (this.#needs.records.isFull) throw new Refusal(503, 'record_unavailable', 'What workspaces do cannot be recorded at the moment, so nothing is let through. Try again soon.')
    let tenant: Tenant | null
    try {
      tenant = await this.#needs.tenants.of(workspaceId)
    } catch (error) {
      this.#needs.log.error({ err: error, workspaceId }, 'a workspace’s secrets cannot be read')
      throw new Refusal(503, 'secrets_unavailable', 'This workspace’s secrets cannot be read at the moment, so nothing is let through. Try again soon.')
    }
    if (tenant === null) throw new Refusal(407, 'workspace_unknown', 'This workspace is not known here.')
    told.tenant = tenant
    return tenant
  }

  #outwardTarget({ target, host }: Call, outward: Outward, used: Set<string>): string {
    if (outward.strangers !== null && holds(outward.strangers, target)) throw leak(host)
    const swapped = replaceAll(outward.swaps.url, target)
    if (swapped.count > 0) noteUsed(outward, target, used)
    return swapped.text
  }

  #outwardHeaders({ host, port, scheme }: Call, request: IncomingMessage, outward: Outward, used: Set<string>): OutgoingHttpHeaders {
    const named = namedIn(request.headers.connection)
    const headers: Record<string, string | string[]> = {}
    const carriers = new Set<string>()
    for (const [name, values] of Object.entries(request.headersDistinct)) {
      if (values === undefined || hopByHop.has(name) || named.has(name) || name === 'host') continue
      const out = values.map((value) => {
        const { open, close } = basicParts(name, value)
        if (outward.strangers !== null && holds(outward.strangers, open)) throw leak(host)
        const swapped = replaceAll(outward.swaps.raw, open)
        if (swapped.count === 0) return value
        noteUsed(outward, open, used)
        carriers.add(name)
        return close(swapped.text)
      })
      headers[name] = out.length === 1 ? (out[0] ?? '') : out
    }
    // Docker Sandboxes CVE-2026-105452: the client's own credential is not sent beside the one that was put in.
    if (carriers.size > 0) for (const name of Object.keys(headers)) if (credentialHeaders.has(name) && !carriers.has(name)) delete headers[name]
    headers['host'] = port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`
    if (headers['accept-encoding'] !== undefined) headers['accept-encoding'] = acceptedCodings
    return headers
  }

  #send(call: Call, request: IncomingMessage, target: string, headers: OutgoingHttpHeaders, outward: Outward, told: Told): Promise<IncomingMessage> {
    const steps: Duplex[] = []
    const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
    const pairs = outward.swaps[writingOf(request.headers['content-type'])]
    if (hasBody && (outward.own.length > 0 || outward.strangers !== null)) {
      const coding = codingOf(request.headers['content-encoding'])
      if (coding !== null) {
        steps.push(coding.open())
        delete headers['content-encoding']
        delete headers['content-length']
      }
      const { strangers } = outward
      if (strangers !== null) steps.push(new GuardingStream(strangers, () => leak(call.host)))
      if (outward.own.length > 0) {
        steps.push(new Noticing(outward, told.used), new ReplacingStream(pairs))
        if (!pairs.keepsLength) delete headers['content-length']
      }
    }
    steps.push(new Counting((bytes) => (told.up += bytes)))
    if (hasBody && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked'
    return new Promise((resolve, reject) => {
      const { method } = request
      const options = { host: call.host, port: call.port, method, path: target, headers, setDefaultHeaders: false } as const
      const outgoing = call.scheme === 'https' ? httpsRequest({ ...options, agent: this.#tls, servername: call.host }) : httpRequest({ ...options, agent: this.#plain })
      const timer = setTimeout(() => outgoing.destroy(new Error('nothing came for two minutes')), firstByteMs)
      outgoing.setTimeout(silenceMs, () => outgoing.destroy(new Error('it was silent for too long')))
      outgoing.on('response', (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      outgoing.on('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
      if (!hasBody) return void outgoing.end()
      pipeline([request, ...steps, outgoing] as never).catch((error: unknown) => {
        outgoing.destroy()
        reject(error instanceof Error ? error : new Error(String(error)))
      })
    })
  }

  async #giveBack(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse, tenant: Tenant, counts: { down: number; scrubbed: number }): Promise<void> {
    const headers = inwardHeaders(answer.headers, answer.rawHeaders, tenant, counts)
    const hasBody = request.method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304
    const scrub = hasBody ? tenant.scrub : null
    const coding = scrub === null ? null : codingOf(answer.headers['content-encoding'])
    if (scrub !== null) {
      // Its length may be another now, and a digest of what it was is none of what it is.
      for (const name of ['content-md5', 'digest', 'repr-digest', 'content-digest']) delete headers[name]
      if (coding !== null || !scrub.keepsLength) delete headers['content-length']
    }
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? STATUS_CODES[answer.statusCode ?? 502], headers)
    // Docker Sandboxes CVE-2026-101998: a stream that breaks is cut, never passed on as it is.
    if (coding === null || scrub === null) return pump(answer, response, scrub === null ? null : new Replacer(scrub), counts)
    response.flushHeaders()
    const cleaning = new ReplacingStream(scrub)
    try {
      await pipeline([answer, coding.open(), cleaning, coding.close(), new Counting((bytes) => (counts.down += bytes)), response] as never)
    } finally {
      counts.scrubbed += cleaning.count
    }
  }
}

const noNames: ReadonlySet<string> = new Set()

/** What `Connection` names is for one hop too. */
function namedIn(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || /^(?:keep-alive|close)$/i.test(connection)) return noNames
  return new Set(connection.split(',').map((each) => each.trim().toLowerCase()))
}

function inwardHeaders(headers: IncomingHttpHeaders, raw: readonly string[], tenant: Tenant, counts: { scrubbed: number }): Record<string, string | string[]> {
  const named = namedIn(headers.connection)
  const out: Record<string, string | string[]> = {}
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name, value] = [(raw[at] ?? '').toLowerCase(), raw[at + 1] ?? '']
    if (hopByHop.has(name) || named.has(name) || name === 'alt-svc') continue
    const clean = tenant.scrub === null ? { text: value, count: 0 } : replaceAll(tenant.scrub, value)
    counts.scrubbed += clean.count
    const known = out[name]
    out[name] = known === undefined ? clean.text : [...(Array.isArray(known) ? known : [known]), clean.text]
  }
  return out
}

/** `Authorization: Basic …` is looked at opened (RFC 7617). */
function basicParts(name: string, value: string): { readonly open: string; close(text: string): string } {
  const [, scheme = '', encoded] = (name === 'authorization' ? /^(basic +)([A-Za-z0-9+/_-]+={0,2})$/i.exec(value) : null) ?? []
  if (encoded === undefined) return { open: value, close: (text) => text }
  return { open: Buffer.from(encoded, 'base64').toString('utf8'), close: (text) => scheme + Buffer.from(text, 'utf8').toString('base64') }
}

function writingOf(contentType: string | undefined): 'raw' | 'json' | 'form' {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type.endsWith('json') || type === 'application/x-ndjson') return 'json'
  return type === 'application/x-www-form-urlencoded' ? 'form' : 'raw'
}

/** Which of them stood in a text; for the record, by name. */
function noteUsed(outward: Outward, text: string, used: Set<string>): void {
  for (const { name, placeholder } of outward.own) if (text.includes(placeholder) || decodeURIComponentSafely(text).includes(placeholder)) used.add(name)
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const leak = (host: string) => new Refusal(403, 'leak_attempted', `This request carries a secret, or its placeholder, that may not go to ${host}. It was not sent, and it was recorded.`)

function refusalOf(error: unknown, { host }: Call): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AddressRefused) return new Refusal(403, 'address_refused', error.message)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new Refusal(502, 'name_unknown', `${host} is not known: no address was found for it.`)
  return new Refusal(502, 'upstream_failed', `${host} could not be reached, or broke off (${code || (error instanceof Error ? error.message.slice(0, 100) : 'no reason')}).`)
}
