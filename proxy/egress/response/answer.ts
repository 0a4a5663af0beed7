import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { Http2ServerResponse } from 'node:http2'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Dispatcher } from 'undici'
import { Replacer } from '../../replace/replacer.ts'
import { cleanHeaders, codedAs, partialAnswer, reasonOf, textOf } from './answer-head.ts'
import { sniffBytes } from '../content-coding/codings.ts'
import type { Coding } from '../content-coding/codings.ts'
import { JoiningStream, streamKind } from '../streams/joining-stream.ts'
import { LookingInside, mayBeCompressed, valueInside } from '../content-coding/looking-inside.ts'
import { Cut, Cutting } from '../request/ranges.ts'
import type { Wanted } from '../request/ranges.ts'
import { Refusal } from '../policy/refusal.ts'
import { Counting, ReplacingStream } from '../streams/streams.ts'
import type { Tenant } from '../tenants/tenants.ts'
import type { CallTrace } from '../records/call-trace.ts'
import { UnknownCredentials, isText } from '../detection/unknown-credentials.ts'

/** A program that does not read what it asked for is not waited for any longer. */
const unreadMs = 600_000
const onePieceBytes = 16 * 1024

export type Client = ServerResponse | Http2ServerResponse

export class ClientDisconnected extends Error {
  override readonly name = 'ProgramGone'
}

export interface AnswerDependencies {
  readonly method: string
  readonly client: Client
  readonly tenant: Tenant
  readonly trace: CallTrace
  readonly host: string
  /** Whether a value can come back from there: the host may get one. */
  readonly isTrusted: boolean
  /** The part that was asked for. */
  readonly wanted: Wanted | null
  /** With an error where it broke off. */
  onOver(error: Error | null): void
}

/**
 * What comes back, cleaned and passed on as it flows. By hand where nothing but values is looked for and nothing is
 * compressed, since that is what nearly every answer takes: a pipeline of streams costs several times as much.
 */
export class Answer implements Dispatcher.DispatchHandler {
  readonly #dependencies: AnswerDependencies
  #controller: Dispatcher.DispatchController | null = null
  #replacer: Replacer | null = null
  /** Where bytes go that take more than that. */
  #opened: Duplex | null = null
  /** Bytes received before the content coding is known. */
  #unsniffed: { first: Buffer; readonly open: (first: Buffer) => Duplex } | null = null
  /** What of a partial answer goes on. */
  #cut: Cut | null = null
  #unread: NodeJS.Timeout | null = null
  #gone: Error | null = null
  #isOver = false
  #hasTrailers = false
  #hasBegun = false
  /** What came in one piece, and waits a moment for its end: both in one write with the head cost half of two. */
  #piece: Buffer | null = null

  constructor(dependencies: AnswerDependencies) {
    this.#dependencies = dependencies
    dependencies.client.on('close', () => {
      if (!dependencies.client.writableEnded) this.abort(new ClientDisconnected('the program went'))
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

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    message?: string,
  ): void {
    // What comes before the answer itself is for one hop (RFC 9110, section 15.2).
    if (status < 200) return
    const { method, client, tenant, trace, host, wanted } = this.#dependencies
    const { scrub } = tenant
    const out = cleanHeaders(headers, tenant, trace)
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304 && headers['content-length'] !== '0'
    // There is none, whatever is said of it (RFC 9110, section 8.6); over HTTP/2 it would be taken for an error.
    if (status === 204 || status === 304) delete out['content-length']
    const contentType = textOf(headers['content-type']) || undefined
    const kind = streamKind(contentType)
    const looks = hasBody && tenant.found !== 'off' && isText(contentType)
    const redacts = looks && tenant.found === 'redact'
    const coded = hasBody ? codedAs(headers, host, scrub !== null || looks) : null
    const part = hasBody && status === 206 && scrub !== null ? partialAnswer(headers, wanted, host) : null
    if (hasBody && (scrub !== null || redacts)) {
      // A digest of what it was is none of what it is; its length may be another.
      for (const name of ['content-md5', 'digest', 'repr-digest', 'content-digest']) delete out[name]
      if (coded !== null || scrub?.keepsLength === false) delete out['content-length']
    }
    if (part !== null) {
      out['content-range'] = part.contentRange
      if (scrub?.keepsLength === true || part.length === 0) out['content-length'] = String(part.length)
      this.#cut = new Cut(part)
    }
    trace.status = part?.length === 0 ? 416 : status
    this.#hasTrailers = out['content-length'] === undefined
    if (client instanceof Http2ServerResponse) client.writeHead(trace.status, out)
    else
      client.writeHead(
        trace.status,
        reasonOf(trace.status, trace.status === status ? message : undefined, tenant, trace),
        out,
      )
    if (coded === null && !looks && !(scrub !== null && hasBody && kind !== null)) {
      this.#replacer = hasBody && scrub !== null ? new Replacer(scrub) : null
      return
    }
    if (!(client instanceof Http2ServerResponse)) client.flushHeaders()
    const open = (coding: Coding | null) =>
      this.#through([
        coding?.open(
          (reason) =>
            new Refusal(
              502,
              'coding_broken',
              `The answer of ${host} cannot be opened as ${coding.name}, in which it is compressed: ${reason}.`,
            ),
        ),
        scrub === null ? null : new ReplacingStream(scrub, (count) => (trace.scrubbed += count)),
        scrub !== null && kind !== null ? new JoiningStream(scrub, kind, (count) => (trace.scrubbed += count)) : null,
        looks ? new UnknownCredentials(trace, { redacts, lines: kind !== null }) : null,
        coded?.isKept === true ? coding?.close() : null,
        this.#cut === null ? null : new Cutting(this.#cut),
      ])
    if (coded === null) open(null)
    else this.#unsniffed = { first: Buffer.alloc(0), open: (first) => open(coded.label.of(first)) }
  }

  /** Where what comes goes from now on. */
  #through(steps: readonly (Duplex | null | undefined)[]): Duplex {
    const { client, trace } = this.#dependencies
    const all = [
      ...steps.filter((step) => step !== null && step !== undefined),
      new Counting((bytes) => trace.received(bytes)),
    ]
    const [first] = all as [Duplex]
    this.#opened = first
    pipeline([...all, client] as never, { end: false })
      .then(
        () => client.end(() => undefined),
        (error: unknown) => this.abort(error instanceof Error ? error : new Error(String(error))),
      )
      .finally(() => this.#end(null))
    return first
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#unsniffed !== null) {
      this.#unsniffed.first = Buffer.concat([this.#unsniffed.first, chunk])
      if (this.#unsniffed.first.length >= sniffBytes) this.#sniff(controller)
      return
    }
    if (this.#opened !== null) {
      if (!this.#opened.write(chunk)) this.#wait(controller, this.#opened)
      return
    }
    const isFirst = !this.#hasBegun
    if (isFirst) {
      this.#hasBegun = true
      const { isTrusted, tenant, trace } = this.#dependencies
      if (this.#replacer !== null && tenant.scrub !== null && isTrusted && mayBeCompressed(chunk)) {
        this.#replacer = null
        this.#through([
          new LookingInside(tenant.scrub, valueInside),
          new ReplacingStream(tenant.scrub, (count) => (trace.scrubbed += count)),
          this.#cut === null ? null : new Cutting(this.#cut),
        ])
        return this.onResponseData(controller, chunk)
      }
    }
    if (this.#replacer === null) this.#send(controller, chunk, isFirst)
    else for (const piece of this.#replacer.pieces(chunk)) this.#send(controller, piece, isFirst)
  }

  #send(controller: Dispatcher.DispatchController, bytes: Buffer, isFirst: boolean): void {
    const out = this.#kept(bytes)
    if (out.length === 0 || this.#gone !== null) return
    try {
      this.#dependencies.trace.received(out.length)
    } catch (error) {
      return this.abort(error instanceof Error ? error : new Error(String(error)))
    }
    if (isFirst && out.length <= onePieceBytes) {
      this.#piece = out
      process.nextTick(() => this.#pass(controller))
      return
    }
    this.#pass(controller)
    if (!write(this.#dependencies.client, out)) this.#wait(controller, this.#dependencies.client)
  }

  /** The end has not come with it. */
  #pass(controller: Dispatcher.DispatchController): void {
    const piece = this.#piece
    this.#piece = null
    if (piece !== null && !this.#isOver && !write(this.#dependencies.client, piece))
      this.#wait(controller, this.#dependencies.client)
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    const { client, tenant, trace } = this.#dependencies
    if (this.#hasTrailers && Object.keys(trailers).length > 0)
      client.addTrailers(cleanHeaders(trailers, tenant, trace) as never)
    if (this.#unsniffed !== null) this.#sniff(_controller)
    if (this.#opened !== null) return void this.#opened.end()
    const rest = this.#replacer === null ? undefined : this.#kept(this.#replacer.end())
    trace.scrubbed += this.#replacer?.count ?? 0
    if (rest !== undefined) trace.down += rest.length
    const pieces = [this.#piece, rest].filter((piece) => piece !== null && piece !== undefined && piece.length > 0)
    this.#piece = null
    endWith(client, pieces as Buffer[])
    this.#end(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // Docker Sandboxes CVE-2026-101998: a stream that breaks is cut, never passed on as it is.
    this.#opened?.destroy(error)
    this.#end(this.#gone ?? error)
  }

  /** The first bytes tell the content coding. */
  #sniff(controller: Dispatcher.DispatchController): void {
    if (this.#unsniffed === null) return
    const { first, open } = this.#unsniffed
    this.#unsniffed = null
    const opened = open(first)
    if (first.length > 0 && !opened.write(first)) this.#wait(controller, opened)
  }

  #kept(bytes: Buffer): Buffer {
    return this.#cut === null ? bytes : this.#cut.take(bytes)
  }

  #wait(controller: Dispatcher.DispatchController, until: Duplex | Client): void {
    if (this.#unread !== null) return
    // A side that does not read is not read ahead for.
    controller.pause()
    this.#unread = setTimeout(() => this.abort(new ClientDisconnected('the program did not read')), unreadMs)
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
    this.#dependencies.onOver(error)
  }
}

/** A text goes out with the head that waits, in one; bytes would be a piece of their own. */
function endWith(client: Client, pieces: readonly Buffer[]): void {
  const [piece = null] = pieces
  if (piece === null) client.end()
  else if (client instanceof Http2ServerResponse) client.end(pieces.length === 1 ? piece : Buffer.concat(pieces))
  else client.end(pieces.map((each) => each.toString('latin1')).join(''), 'latin1')
}

const write = (client: Client, bytes: Buffer): boolean =>
  client instanceof Http2ServerResponse ? client.write(bytes) : client.write(bytes)
