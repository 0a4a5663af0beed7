import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** As `x-amz-content-sha256` has it, or SHA-256 of the body in hexadecimal. */
  readonly payloadHash: string
}

export interface AwsAuthorization {
  readonly credential: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** What services differ in, and who signs for them therefore. */
interface Way {
  /** S3 takes the path as it is, all others encode it once more. */
  readonly encodesTwice: boolean
  /** S3 looks at the first parameter of a name alone, and some sign no other. */
  readonly firstOfEachName: boolean
}

const ways: readonly Way[] = [
  { encodesTwice: false, firstOfEachName: false },
  { encodesTwice: false, firstOfEachName: true },
  { encodesTwice: true, firstOfEachName: false },
]

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()

/** An `Authorization` header of AWS Signature Version 4; `null` for any other. */
export function parseAwsAuthorization(header: string | undefined): AwsAuthorization | null {
  const [, credential, date, region, service, signed, signature] =
    /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]{1,200})\/(\d{8})\/([^/,\s]{1,60})\/([^/,\s]{1,60})\/aws4_request,\s*SignedHeaders=([a-z0-9;._-]{1,2000}),\s*Signature=([0-9a-f]{64})$/.exec(
      header ?? '',
    ) ?? []
  if (
    credential === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    signed === undefined ||
    signature === undefined
  )
    return null
  return { credential, date, region, service, signedHeaders: signed.split(';'), signature }
}

/**
 * The header with a signature by `value` in place of one by `placeholder` (AWS General Reference, "Create a signed AWS
 * API request"): `null` where it was not signed by that, or over something else. `outgoing` is what is sent.
 */
export function signedAgain(
  authorization: AwsAuthorization,
  incoming: SignedRequest,
  outgoing: SignedRequest,
  placeholder: string,
  value: string,
): string | null {
  for (const way of ways) {
    const given = Buffer.from(signatureOf(authorization, incoming, placeholder, way), 'hex')
    if (!timingSafeEqual(given, Buffer.from(authorization.signature, 'hex'))) continue
    const { credential, date, region, service, signedHeaders } = authorization
    return `AWS4-HMAC-SHA256 Credential=${credential}/${date}/${region}/${service}/aws4_request, SignedHeaders=${signedHeaders.join(';')}, Signature=${signatureOf(authorization, outgoing, value, way)}`
  }
  return null
}

function signatureOf(
  { date, region, service, signedHeaders }: AwsAuthorization,
  request: SignedRequest,
  secret: string,
  { encodesTwice, firstOfEachName }: Way,
): string {
  const [path = '/', query = ''] = splitOnce(request.target, '?')
  const canonical = [
    request.method,
    encodesTwice ? path.split('/').map(encoded).join('/') : path,
    canonicalQuery(query, firstOfEachName),
    ...signedHeaders.map(
      (name) =>
        `${name}:${(request.headers.get(name) ?? []).map((each) => each.trim().replaceAll(/ +/g, ' ')).join(',')}`,
    ),
    '',
    signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n')
  const at = request.headers.get('x-amz-date')?.[0] ?? request.headers.get('date')?.[0] ?? ''
  const toSign = ['AWS4-HMAC-SHA256', at, `${date}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n')
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request')
  return hmac(key, toSign).toString('hex')
}

function canonicalQuery(query: string, firstOfEachName: boolean): string {
  if (query === '') return ''
  const pairs = query
    .split('&')
    .map((pair) => splitOnce(pair, '=').map((each) => encoded(decoded(each))))
    .map(([name = '', value = '']) => [name, value] as const)
  return (firstOfEachName ? [...new Map(pairs.toReversed())] : pairs)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** RFC 3986, section 2.3: all but unreserved characters. */
const encoded = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function splitOnce(text: string, at: string): readonly string[] {
  const index = text.indexOf(at)
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)]
}
