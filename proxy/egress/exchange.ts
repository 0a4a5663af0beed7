import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest, Http2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { guarded } from '@arcx/service-kit/guarded'
import { LiveList } from '@arcx/service-kit/live-list'
import type { Log } from '@arcx/service-kit/log'
import { replaceAll } from '../replace/replacer.ts'
import { AddressRefused } from '@arcx/service-kit/address-guard'
import type { AddressGuard } from '@arcx/service-kit/address-guard'
import { Answer, ClientDisconnected } from './response/answer.ts'
import type { Client } from './response/answer.ts'
import { proxiedRequestOf } from './request/proxied-request.ts'
import type { ProxiedRequest } from './request/proxied-request.ts'
import type { Call } from './request/call.ts'
import { RateLimits } from './policy/rate-limits.ts'
import type { EgressMetrics } from './records/metrics.ts'
import { bodyOf, hostOf, leak, prepare } from './request/outgoing.ts'
import { denialOf } from './policy/policy.ts'
import type { HostRules } from './policy/policy.ts'
import { recordedPath } from './records/record-text.ts'
import type { Records } from './records/records.ts'
import { Refusal, refuse, refuseUpgrade } from './policy/refusal.ts'
import type { HostRefused } from './policy/refusal.ts'
import type { Tenant, Tenants } from './tenants/tenants.ts'
import { CallTrace } from './records/call-trace.ts'
import type { Description } from './records/call-trace.ts'
import { judgePasted } from './detection/unknown-credentials.ts'
import type { Upstreams } from './upstream/upstreams.ts'
import { dialWebSocket, relayMessages } from './websocket/web-socket.ts'

/** How often what is open is held against rules and secrets as they are now. */
const rejudgeMs = 2000
/** Of calls that are refused for what their host is, as many of a workspace are recorded: each costs nothing else, so the record could be flooded with them. */
const refusedHosts = { host: '*', requestsPerMinute: 60, megabytesPerHour: null }
const recordedHost = 100

export interface ExchangeDependencies {
  readonly tenants: Tenants
  /** Of the deployment: what it refuses, nobody can allow. */
  readonly policy: HostRules
  readonly limits: RateLimits
  readonly guard: AddressGuard
  readonly upstreams: Upstreams
  readonly records: Records
  readonly metrics: EgressMetrics
  readonly log: Log
  /** Which authorities servers outside may have. */
  readonly trust: SecureContext
}

/** A call that goes on. */
interface Open {
  readonly call: Call
  readonly trace: CallTrace
  cut(reason: Refusal): void
}

/** One call to the outside: judged, its placeholders made values, passed on, and what comes back cleaned as it flows. */
export class Exchange {
  readonly #dependencies: ExchangeDependencies
  readonly #open = new LiveList<Open>()
  readonly #refusedHosts = new RateLimits()
  readonly #timer: NodeJS.Timeout
  #isRejudging = false

  constructor(dependencies: ExchangeDependencies) {
    this.#dependencies = dependencies
    this.#timer = setInterval(
      guarded(
        () => this.#rejudge(),
        (error) => dependencies.log.error({ err: error }, 'open calls could not be judged again'),
      ),
      rejudgeMs,
    )
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { cut } of this.#open) cut(new Refusal(503, 'restarting', 'The proxy is restarting. Try again soon.'))
  }

  async handle(call: Call, request: IncomingMessage | Http2ServerRequest, client: Client): Promise<void> {
    const proxied = proxiedRequestOf(request)
    await this.#recorded(call, proxied, async (trace) => {
      try {
        const tenant = await this.#admitted(call, proxied, trace)
        const outgoing = prepare(call, proxied, tenant, trace)
        const body = await bodyOf(call, proxied, outgoing, tenant, trace)
        // Who went meanwhile is told of no more, and an upload of theirs looks as if it were whole.
        if (isGone(client)) throw new ClientDisconnected('the program went')
        const over = Promise.withResolvers<void>()
        const answer = new Answer({
          method: proxied.method,
          client,
          tenant,
          trace,
          host: call.host,
          isTrusted: outgoing.outward.own.length > 0,
          wanted: outgoing.wanted,
          onOver: (error) => (error === null ? over.resolve() : over.reject(error)),
        })
        const { target: path, headers } = outgoing
        await this.#whileOpen({ call, trace, cut: (reason) => answer.abort(reason) }, () => {
          this.#dependencies.upstreams.dispatch(
            call.workspaceId,
            proxied.version,
            { origin: `${call.scheme}://${hostOf(call)}`, path, method: proxied.method as 'GET', headers, body },
            answer,
          )
          return over.promise
        })
      } catch (error) {
        request.unpipe()
        // Over HTTP/2 the rest of a body need not come; over HTTP/1.1 it stands before the next request.
        if ('stream' in request) request.destroy()
        else request.resume()
        const refusal = refusalOf(error, call)
        if (refusal.code === 'upstream_failed' || refusal.code === 'answer_malformed')
          this.#dependencies.log.info({ err: error, host: call.host }, 'a call failed')
        // What has begun cannot be taken back; cut off, it is at least not taken for whole.
        if (client.headersSent) cutOff(client)
        else {
          trace.status = refusal.status
          refuse(client, refusal)
        }
        throw refusal
      }
    })
  }

  /** The same for a WebSocket (RFC 6455): judged as a request, and then each message by itself, both ways. */
  async upgrade(call: Call, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const proxied = proxiedRequestOf(request)
    await this.#recorded(call, proxied, async (trace) => {
      try {
        const tenant = await this.#admitted(call, proxied, trace)
        const { outward, target, headers } = prepare(call, proxied, tenant, trace)
        const upstream = await dialWebSocket({
          call,
          target,
          headers,
          lookup: this.#dependencies.guard.lookup,
          trust: this.#dependencies.trust,
        })
        const { promise: isCut, reject } = Promise.withResolvers<never>()
        await this.#whileOpen({ call, trace, cut: reject }, () =>
          relayMessages({
            request,
            socket,
            head,
            upstream,
            tenant,
            outward,
            trace,
            isCut,
            leak: () => leak(call, tenant),
            judge: (text) => judgePasted(text, call.host, tenant, trace),
          }),
        )
      } catch (error) {
        const refusal = refusalOf(error, call)
        if (trace.status === 101) socket.destroy()
        else {
          trace.status = refusal.status
          refuseUpgrade(socket, refusal)
        }
        throw refusal
      }
    })
  }

  /** Records a call that was refused before it was one: its host is none that could be called. */
  async refusedHost(workspaceId: string, method: string, refusal: HostRefused): Promise<void> {
    const trace = new CallTrace()
    trace.status = refusal.status
    trace.outcome = `refused:${refusal.code}`
    this.#dependencies.metrics.over(trace)
    if (this.#dependencies.records.isFull) return
    try {
      this.#refusedHosts.admit(workspaceId, '', [refusedHosts])
      trace.tenant = await this.#dependencies.tenants.of(workspaceId)
    } catch {
      return
    }
    const { scheme, named } = refusal
    const [, name = named, port] = /^(.*?)(?::(\d{1,5}))?$/s.exec(named) ?? []
    const scrub = trace.tenant?.scrub ?? null
    const host = recordedPath(name.replaceAll(/[\0-\x1f\x7f]/g, ' '), (text) =>
      scrub === null ? text : replaceAll(scrub, text).text,
    ).slice(0, recordedHost)
    trace.describe({
      workspaceId,
      userId: trace.tenant?.userId ?? null,
      method: method.slice(0, 20),
      scheme,
      host,
      port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
      path: '',
    })
    this.#dependencies.records.over(trace.record(trace.outcome))
  }

  async #whileOpen(open: Open, work: () => Promise<void>): Promise<void> {
    const remove = this.#open.add(open)
    try {
      await work()
    } finally {
      remove()
    }
  }

  /** Whatever becomes of it is written down. */
  async #recorded(call: Call, proxied: ProxiedRequest, work: (trace: CallTrace) => Promise<void>): Promise<void> {
    const trace = new CallTrace()
    try {
      await work(trace)
    } catch (error) {
      const { code } = refusalOf(error, call)
      trace.outcome = trace.status !== null && trace.status < 400 ? `cut:${code}` : `refused:${code}`
    } finally {
      if (!trace.isDescribed) trace.describe(describe(call, proxied, trace.tenant))
      this.#dependencies.records.over(trace.record(trace.outcome))
      this.#dependencies.metrics.over(trace)
    }
  }

  /** Fails closed: who is not known, what may not go there, or what could not be written down, goes nowhere. @throws {Refusal} */
  async #admitted(call: Call, proxied: ProxiedRequest, trace: CallTrace): Promise<Tenant> {
    const { workspaceId, host } = call
    if (this.#dependencies.records.isFull) throw notRecorded()
    let tenant: Tenant | null
    try {
      tenant = await this.#dependencies.tenants.of(workspaceId)
    } catch (error) {
      this.#dependencies.log.error({ err: error, workspaceId }, 'a workspace’s secrets cannot be read')
      throw new Refusal(
        503,
        'secrets_unavailable',
        'This workspace’s secrets cannot be read at the moment, so nothing is let through. Try again soon.',
      )
    }
    if (tenant === null) throw new Refusal(407, 'workspace_unknown', 'This workspace is not known here.')
    trace.tenant = tenant
    this.#judge(tenant, host)
    trace.meter = this.#dependencies.limits.admit(workspaceId, host, tenant.limits)
    try {
      trace.describe(describe(call, proxied, tenant))
      await this.#dependencies.records.begun(trace.record('open'))
    } catch {
      throw notRecorded()
    }
    return tenant
  }

  #judge(tenant: Tenant, host: string): void {
    const here = denialOf(this.#dependencies.policy, host)
    if (here !== null)
      throw new Refusal(
        403,
        'host_refused',
        here.kind === 'denied'
          ? `Workspaces may not reach ${host}. ARC_EGRESS_DENY of this server names ${here.pattern}: ask whoever runs it to take that out.`
          : `Workspaces may not reach ${host}. This server lets through only what ARC_EGRESS_ALLOW names: ask whoever runs it to add ${host}.`,
      )
    const own = tenant.denialOf(host)
    if (own !== null)
      throw new Refusal(
        403,
        'host_refused',
        `This workspace may not reach ${host}. ${
          own.kind === 'denied'
            ? `Its rules for network access deny ${own.pattern}`
            : `Its rules for network access allow listed hosts alone, and ${host} is not one`
        }: whoever it belongs to, a person or the admins of a team, can ${own.kind === 'denied' ? 'take that out' : 'add it'}.`,
      )
  }

  /** Rules that change count for what is open too; and whoever lost a secret goes on with none that was put in. */
  async #rejudge(): Promise<void> {
    if (this.#isRejudging) return
    this.#isRejudging = true
    try {
      const before = Date.now() - rejudgeMs
      for (const open of this.#open) {
        if (open.trace.at.getTime() <= before) await this.#rejudgeOne(open)
      }
    } finally {
      this.#isRejudging = false
    }
  }

  async #rejudgeOne({ call, trace, cut }: Open): Promise<void> {
    // With the database away nothing new goes out; what is open was judged.
    const tenant = await this.#dependencies.tenants.of(call.workspaceId).catch(() => undefined)
    if (tenant === undefined || tenant === trace.tenant) return
    try {
      if (tenant === null) throw new Refusal(407, 'workspace_unknown', 'This workspace is not known here.')
      this.#judge(tenant, call.host)
      const { own } = tenant.outwardTo(call.scheme, call.host)
      for (const { name, value } of trace.tenant?.secrets ?? []) {
        if (trace.used.has(name) && !own.some((each) => each.name === name && each.value === value))
          throw new Refusal(403, 'secret_withdrawn', `The secret ${name} may not go to ${call.host} any more.`)
      }
    } catch (error) {
      cut(refusalOf(error, call))
    }
  }
}

const isGone = (client: Client): boolean =>
  'createPushResponse' in client
    ? (client.stream as Http2Stream | undefined)?.destroyed !== false || client.stream.closed
    : client.destroyed

function cutOff(client: Client): void {
  if ('createPushResponse' in client) client.stream.close(2)
  else client.destroy()
}

/** What is known of a call before it goes. */
function describe(call: Call, { method }: ProxiedRequest, tenant: Tenant | null): Description {
  const { workspaceId, scheme, host, port, target } = call
  const scrub = tenant?.scrub ?? null
  const path = recordedPath(target, (text) => (scrub === null ? text : replaceAll(scrub, text).text))
  return { workspaceId, userId: tenant?.userId ?? null, method: method.slice(0, 20), scheme, host, port, path }
}

const notRecorded = () =>
  new Refusal(
    503,
    'record_unavailable',
    'What workspaces do cannot be recorded at the moment, so nothing is let through. Try again soon.',
  )

function refusalOf(error: unknown, { host }: Call): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AddressRefused) return new Refusal(403, 'address_refused', error.message)
  if (error instanceof ClientDisconnected) return new Refusal(499, 'program_gone', `${error.message}.`)
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Refusal(502, 'name_unknown', `${host} is not known: no address was found for it.`)
  if (error instanceof Error && error.name === 'HTTPParserError')
    return new Refusal(
      502,
      'answer_malformed',
      `${host} answered with what is no well-formed HTTP (${plainly(error.message)}).`,
    )
  if (code === 'UND_ERR_INVALID_ARG')
    return new Refusal(
      400,
      'request_invalid',
      'This request cannot be passed on: its method, address or headers are not well formed.',
    )
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return new Refusal(504, 'upstream_silent', `${host} did not answer in time.`)
  return new Refusal(
    502,
    'upstream_failed',
    `${host} could not be reached, or broke off (${code || (error instanceof Error ? plainly(error.message) : 'no reason')}).`,
  )
}

const plainly = (message: string) => message.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 100)
