import { createHash } from 'node:crypto'
import { Readable, pipeline } from 'node:stream'
import type { Duplex } from 'node:stream'
import { holds, replaceAll } from '../../replace/replacer.ts'
import type { ProxiedRequest } from './proxied-request.ts'
import { parseAwsAuthorization, signedAgain } from './aws-signature.ts'
import type { Call } from './call.ts'
import { CodingUnknown, codingsAskedFor, labelOf, sniffBytes } from '../content-coding/codings.ts'
import type { Coding } from '../content-coding/codings.ts'
import { LookingInside } from '../content-coding/looking-inside.ts'
import type { Outward, Writing } from '../tenants/outward.ts'
import { widened } from './ranges.ts'
import type { Wanted } from './ranges.ts'
import { Refusal } from '../policy/refusal.ts'
import { Counting, GuardingStream, PuttingIn } from '../streams/streams.ts'
import type { Tenant } from '../tenants/tenants.ts'
import type { CallTrace } from '../records/call-trace.ts'
import { PastedKeys, isText, judgePasted } from '../detection/unknown-credentials.ts'

/** For one hop alone (RFC 9110, section 7.6.1), what is the proxy's own, and what it answers itself. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
])
/** Where credentials stand. Beside one that was put in, every other is dropped. */
const credentialHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-auth-token',
  'x-goog-api-key',
  'private-token',
  'cookie',
])
/** A body that is signed is whole before it goes. */
const maxSignedBytes = 16 * 1024 * 1024

export function leak({ scheme, host }: Call, tenant: Tenant): Refusal {
  const isForHttps = scheme === 'http' && tenant.outwardTo('https', host).own.length > 0
  const reason = isForHttps
    ? `Secrets go by HTTPS only, and this is plain http: use https://${host}.`
    : `It may not go to ${host}, or not in that place: the secret’s hosts and places say where it may.`
  return new Refusal(
    403,
    'leak_attempted',
    `This request carries a secret, or its placeholder. ${reason} It was not sent, and it was recorded.`,
  )
}

/** A request as it is to leave. */
export interface Outgoing {
  readonly target: string
  readonly headers: Record<string, string | string[]>
  readonly outward: Outward
  /** The part that the program asked for, where more is asked for in its place. */
  readonly wanted: Wanted | null
}

/** Its address and headers with placeholders made values. @throws {Refusal} where it carries what may not go there. */
export function prepare(call: Call, proxied: ProxiedRequest, tenant: Tenant, trace: CallTrace): Outgoing {
  const outward = tenant.outwardTo(call.scheme, call.host)
  // What is no place for a secret carries no placeholder elsewhere either.
  for (const [place, text] of [
    ['address', call.host],
    ['address', proxied.method],
    ...[...proxied.headers.keys()].map((name) => ['header', name] as const),
  ] as const) {
    const strangers = outward.strangers(place)
    if (strangers !== null && holds(strangers, text)) throw leak(call, tenant)
  }
  const target = swapped(call.target, 'address', 'url', () => leak(call, tenant), outward, trace).text
  judgePasted(call.target, call.host, tenant, trace)
  const named = namedIn(proxied.headers.get('connection')?.[0])
  const headers: Record<string, string | string[]> = {}
  const carriers = new Set<string>()
  for (const [name, values] of proxied.headers) {
    if (hopByHop.has(name) || named.has(name)) continue
    const out = values.map((value) => {
      const { place, open, close } = basicParts(name, value)
      const { text, count } = swapped(open, place, 'raw', () => leak(call, tenant), outward, trace)
      judgePasted(open, call.host, tenant, trace)
      if (count === 0) return value
      carriers.add(name)
      return close(text)
    })
    headers[name] = out.length === 1 ? (out[0] ?? '') : out
  }
  // Docker Sandboxes CVE-2026-105452: the client's own credential is not sent beside the one that was put in.
  if (carriers.size > 0)
    for (const name of Object.keys(headers))
      if (credentialHeaders.has(name) && !carriers.has(name)) delete headers[name]
  headers['host'] = hostOf(call)
  const looks = tenant.scrub !== null || tenant.found !== 'off'
  if (looks) headers['accept-encoding'] = codingsAskedFor(proxied.headers.get('accept-encoding')?.join(','))
  const part = tenant.scrub === null ? null : askedPart(proxied, headers, tenant.scrub.span)
  return { target, headers, outward, wanted: part }
}

/** A value in two parts would pass unseen: a part is asked for with what is around it, several or odd ones as the whole. */
function askedPart(proxied: ProxiedRequest, headers: Record<string, string | string[]>, span: number): Wanted | null {
  const ranges = proxied.headers.get('range')
  if (ranges === undefined) return null
  const part = proxied.method === 'GET' && ranges.length === 1 ? widened(ranges[0], span) : null
  if (part === null) {
    delete headers['range']
    delete headers['if-range']
    return null
  }
  headers['range'] = part.header
  // A part of a compressed body cannot be opened.
  headers['accept-encoding'] = 'identity'
  return part.wanted
}

/** What is sent behind the headers; `null` for nothing. Changes them where the body's length or coding does. */
export async function bodyOf(
  call: Call,
  proxied: ProxiedRequest,
  outgoing: Outgoing,
  tenant: Tenant,
  trace: CallTrace,
): Promise<Readable | Buffer | null> {
  const signed = await signedBody(call, proxied, outgoing, tenant, trace)
  if (signed !== undefined) return signed
  if (!proxied.hasBody) return null
  const { outward, headers } = outgoing
  const steps: Duplex[] = []
  let source: Readable = proxied.body
  const strangers = outward.strangers('body')
  const [contentType] = proxied.headers.get('content-type') ?? []
  const looksForKeys = tenant.pasted !== 'off' && isText(contentType)
  if (outward.own.length > 0 || strangers !== null || looksForKeys) {
    const { coding, body } = await codingOf(proxied)
    source = body
    if (coding !== null) {
      steps.push(
        coding.open(
          (reason) =>
            new Refusal(
              400,
              'coding_broken',
              `The body of this request cannot be opened as ${coding.name}, in which it is compressed: ${reason}. It was not passed on whole.`,
            ),
        ),
      )
      delete headers['content-encoding']
      delete headers['content-length']
    }
    if (strangers !== null)
      steps.push(
        new LookingInside(strangers, () => leak(call, tenant)),
        new GuardingStream(strangers, () => leak(call, tenant)),
      )
    if (looksForKeys) steps.push(new PastedKeys((text) => judgePasted(text, call.host, tenant, trace)))
    if (outward.own.length > 0) {
      const pairs = outward.swaps('body', writingOf(contentType))
      steps.push(new PuttingIn(pairs, trace.used))
      if (!pairs.keepsLength) delete headers['content-length']
    }
  }
  const counting = new Counting((bytes) => trace.sent(bytes))
  // A failure comes out of the last of them.
  pipeline([source, ...steps, counting] as never, () => undefined)
  return counting
}

/** How its body is coded, by what is there, and that from its beginning. @throws {Refusal} where it cannot be looked into. */
async function codingOf({
  headers,
  body,
}: ProxiedRequest): Promise<{ readonly coding: Coding | null; readonly body: Readable }> {
  try {
    const label = labelOf(headers.get('content-encoding')?.join(','))
    if (label === null) return { coding: null, body }
    const first = await firstBytes(body)
    // Nothing can be put back into one that has been read to its end.
    return { coding: label.of(first), body: body.readableEnded ? Readable.from([first], { objectMode: false }) : body }
  } catch (error) {
    if (!(error instanceof CodingUnknown)) throw error
    throw new Refusal(415, 'coding_unknown', `This request cannot be looked into for secrets: ${error.message}.`)
  }
}

/** The first of a body, which stay in it unless they are all of it. */
async function firstBytes(body: Readable): Promise<Buffer> {
  let first: Buffer = Buffer.alloc(0)
  while (first.length < sniffBytes && !body.readableEnded) {
    const chunk = body.read() as Buffer | null
    if (chunk !== null) first = Buffer.concat([first, chunk])
    else if (body.destroyed) throw new Refusal(499, 'program_gone', 'The program went.')
    else await new Promise<void>((resolve) => whenReadable(body, resolve))
  }
  if (first.length > 0 && !body.readableEnded) body.unshift(first)
  return first
}

function whenReadable(body: Readable, done: () => void): void {
  const events = ['readable', 'end', 'close', 'error', 'aborted'] as const
  const on = () => {
    for (const event of events) body.off(event, on)
    done()
  }
  for (const event of events) body.on(event, on)
}

/** For AWS: signed by a placeholder, it is signed again by the value. `undefined` where it is not signed so. */
async function signedBody(
  call: Call,
  proxied: ProxiedRequest,
  { outward, headers, target }: Outgoing,
  tenant: Tenant,
  trace: CallTrace,
): Promise<Readable | Buffer | null | undefined> {
  const authorization = parseAwsAuthorization(proxied.headers.get('authorization')?.[0])
  const { signers } = outward
  if (authorization === null || signers.length === 0) return undefined
  const [told256] = proxied.headers.get('x-amz-content-sha256') ?? []
  if (told256?.startsWith('STREAMING-AWS4') === true)
    throw new Refusal(
      400,
      'signature_unknown',
      'Bodies that are signed piece by piece cannot be signed again: have the program send its body unsigned (UNSIGNED-PAYLOAD) or whole.',
    )
  const strangers = outward.strangers('body')
  const guarded = proxied.hasBody
    ? guardedBody(
        proxied,
        strangers === null
          ? []
          : [
              new LookingInside(strangers, () => leak(call, tenant)),
              new GuardingStream(strangers, () => leak(call, tenant)),
            ],
        trace,
      )
    : null
  const body = told256 === undefined && guarded !== null ? await whole(guarded) : guarded
  const payloadHash =
    told256 ??
    createHash('sha256')
      .update(body instanceof Buffer ? body : '')
      .digest('hex')
  const incoming = {
    method: proxied.method,
    target: call.target,
    headers: new Map([...proxied.headers, ['host', [call.hostHeader]]]),
    payloadHash,
  }
  const outHeaders = new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat()] as const))
  for (const { name, placeholder, value } of signers) {
    // Its key's id may be a secret too, and stands there already as its value.
    const known = parseAwsAuthorization([headers['authorization'] ?? ''].flat()[0])
    const again = signedAgain(
      { ...authorization, credential: known?.credential ?? authorization.credential },
      incoming,
      { ...incoming, target, headers: outHeaders },
      placeholder,
      value,
    )
    if (again === null) continue
    headers['authorization'] = again
    trace.used.add(name)
    return body
  }
  // Signed by something else, which is none of ours; but what was read of its body is to go on.
  return body instanceof Buffer ? body : (guarded ?? undefined)
}

function guardedBody(proxied: ProxiedRequest, steps: readonly Duplex[], trace: CallTrace): Readable {
  const counting = new Counting((bytes) => trace.sent(bytes))
  pipeline([proxied.body, ...steps, counting] as never, () => undefined)
  return counting
}

async function whole(body: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > maxSignedBytes)
      throw new Refusal(
        413,
        'body_too_long',
        `A body that is signed has at most ${maxSignedBytes / 2 ** 20} MB, unless its hash stands in x-amz-content-sha256.`,
      )
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function swapped(
  text: string,
  place: 'header' | 'basic' | 'address',
  writing: Writing,
  leaked: () => Refusal,
  outward: Outward,
  trace: CallTrace,
): { readonly text: string; readonly count: number } {
  const strangers = outward.strangers(place)
  if (strangers !== null && holds(strangers, text)) throw leaked()
  const out = replaceAll(outward.swaps(place, writing), text)
  for (const owner of out.owners) trace.used.add(owner)
  return out
}

export function hostOf({ host, port, scheme }: Call): string {
  return port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`
}

const noNames: ReadonlySet<string> = new Set()

/** What `Connection` names is for one hop too. */
export function namedIn(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || /^(?:keep-alive|close)$/i.test(connection)) return noNames
  return new Set(connection.split(',').map((each) => each.trim().toLowerCase()))
}

/** `Authorization: Basic …` is looked at opened (RFC 7617). */
function basicParts(
  name: string,
  value: string,
): { readonly place: 'header' | 'basic'; readonly open: string; close(text: string): string } {
  const [, scheme = '', encoded] =
    (name === 'authorization' ? /^(basic +)([A-Za-z0-9+/_-]+={0,2})$/i.exec(value) : null) ?? []
  if (encoded === undefined) return { place: 'header', open: value, close: (text) => text }
  return {
    place: 'basic',
    open: Buffer.from(encoded, 'base64').toString('latin1'),
    close: (text) => scheme + Buffer.from(text, 'latin1').toString('base64'),
  }
}

function writingOf(contentType: string | undefined): Writing {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type.endsWith('json') || type === 'application/x-ndjson') return 'json'
  return type === 'application/x-www-form-urlencoded' ? 'form' : 'raw'
}
