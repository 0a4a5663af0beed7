import { STATUS_CODES } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Dispatcher } from 'undici'
import { Replacer, replaceAll } from '../replace/replacer.ts'
import { codingOf } from './codings.ts'
import { hopByHop, namedIn } from './outgoing.ts'
import { Counting, ReplacingStream } from './streams.ts'
import type { Tenant } from './tenants.ts'
import type { Told } from './told.ts'
import { UnknownCredentials, isLines, isText } from './unknown-credentials.ts'

/** A program that does not read what it asked for is not waited for any longer. */
const unreadMs = 600_000

export type Client = ServerResponse | Http2ServerResponse

export class ProgramGone extends Error {
  override readonly name = 'ProgramGone'
}

export interface AnswerNeeds {
  readonly method: string
  readonly client: Client
  readonly tenant: Tenant
  readonly told: Told
  /** With an error where it broke off. */
  onOver(error: Error | null): void
}

/**
 * What comes back, cleaned and passed on as it flows. By hand where nothing but values is looked for and nothing is
 * compressed, since that is what nearly every answer takes: a pipeline of streams costs several times as much.
 */
export class Answer implements Dispatcher.DispatchHandler {
  readonly #needs: AnswerNeeds
  #controller: Dispatcher.DispatchController | null = null
  #replacer: Replacer | null = null
  /** Where bytes go that take more than that. */
  #opened: Duplex | null = null
  #unread: NodeJS.Timeout | null = null
  #gone: Error | null = null
  #isOver = false
  #hasTrailers = false

  constructor(needs: AnswerNeeds) {
    this.#needs = needs
    needs.client.on('close', () => {
      if (!needs.client.writableEnded) this.abort(new ProgramGone('the program went'))
    })
  }

  /** Breaks off, also before it has begun. */
  abort(reason: Error): void {
    this.#gone ??= reason
    if (this.#controller !== null) this.#controller.abort(reason)
    // What waits for its turn, or a body that is whole already, hears of nothing.
    this.#end(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#gone !== null) controller.abort(this.#gone)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders, message?: string): void {
    // What comes before the answer itself is for one hop (RFC 9110, section 15.2).
    if (status < 200) return
    const { method, client, tenant, told } = this.#needs
    told.status = status
    const out = cleanHeaders(headers, tenant, told)
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304
    const { scrub } = tenant
    const [contentType] = [headers['content-type'] ?? []].flat()
    const looks = hasBody && tenant.found !== 'off' && isText(contentType)
    const coding = hasBody && (scrub !== null || looks) ? codingOf([headers['content-encoding'] ?? []].flat().join(',')) : null
    const blots = looks && tenant.found === 'redact'
    if (hasBody && (scrub !== null || blots)) {
      // A digest of what it was is none of what it is; its length may be another.
      for (const name of ['content-md5', 'digest', 'repr-digest', 'content-digest']) delete out[name]
      if (coding !== null || scrub?.keepsLength === false) delete out['content-length']
    }
    this.#hasTrailers = out['content-length'] === undefined
    if (client instanceof Http2ServerResponse) client.writeHead(status, out)
    else client.writeHead(status, message ?? STATUS_CODES[status] ?? '', out)
    if (coding === null && !looks) {
      this.#replacer = hasBody && scrub !== null ? new Replacer(scrub) : null
      return
    }
    const cleaning = scrub === null ? null : new ReplacingStream(scrub)
    const steps = [coding?.open(), cleaning, looks ? new UnknownCredentials(told, { blots, lines: isLines(contentType) }) : null, coding?.close(), new Counting((bytes) => told.received(bytes))].filter((step) => step !== null && step !== undefined)
    this.#opened = steps[0] ?? null
    if (!(client instanceof Http2ServerResponse)) client.flushHeaders()
    pipeline([...steps, client] as never, { end: false })
      .then(
        () => client.end(() => undefined),
        (error: unknown) => this.abort(error instanceof Error ? error : new Error(String(error))),
      )
      .finally(() => {
        told.scrubbed += cleaning?.count ?? 0
        this.#end(null)
      })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#opened !== null) {
      if (!this.#opened.write(chunk)) this.#wait(controller, this.#opened)
      return
    }
    const out = this.#replacer === null ? chunk : this.#replacer.write(chunk)
    if (out.length === 0) return
    try {
      this.#needs.told.received(out.length)
    } catch (error) {
      return this.abort(error instanceof Error ? error : new Error(String(error)))
    }
    if (!write(this.#needs.client, out)) this.#wait(controller, this.#needs.client)
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    const { client, tenant, told } = this.#needs
    if (this.#hasTrailers && Object.keys(trailers).length > 0) client.addTrailers(cleanHeaders(trailers, tenant, told) as never)
    if (this.#opened !== null) return void this.#opened.end()
    const rest = this.#replacer?.end()
    told.scrubbed += this.#replacer?.count ?? 0
    if (rest !== undefined && rest.length > 0) {
      told.down += rest.length
      client.end(rest)
    } else client.end()
    this.#end(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // Docker Sandboxes CVE-2026-101998: a stream that breaks is cut, never passed on as it is.
    this.#opened?.destroy(error)
    this.#end(this.#gone ?? error)
  }

  #wait(controller: Dispatcher.DispatchController, until: Duplex | Client): void {
    // A side that does not read is not read ahead for.
    controller.pause()
    this.#unread ??= setTimeout(() => this.abort(new ProgramGone('the program did not read')), unreadMs)
    until.once('drain', () => {
      if (this.#unread !== null) clearTimeout(this.#unread)
      this.#unread = null
      controller.resume()
    })
  }

  #end(error: Error | null): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#unread !== null) clearTimeout(this.#unread)
    this.#needs.onOver(error)
  }
}

const write = (client: Client, bytes: Buffer): boolean => (client instanceof Http2ServerResponse ? client.write(bytes) : client.write(bytes))

function cleanHeaders(headers: IncomingHttpHeaders, tenant: Tenant, told: Told): Record<string, string | string[]> {
  const named = namedIn(typeof headers.connection === 'string' ? headers.connection : undefined)
  const out: Record<string, string | string[]> = {}
  const clean = (value: string) => {
    if (tenant.scrub === null) return value
    const { text, count } = replaceAll(tenant.scrub, value)
    told.scrubbed += count
    return text
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || hopByHop.has(name) || named.has(name) || name === 'alt-svc') continue
    out[name] = typeof value === 'string' ? clean(value) : value.map(clean)
  }
  return out
}
