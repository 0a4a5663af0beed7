import { randomInt } from 'node:crypto'

/** Set `ARCX_FUZZ_SEED` to run one again that failed. */
export const fuzzSeed = Number(process.env['ARCX_FUZZ_SEED'] ?? randomInt(2 ** 31))
/** As `npm run fuzz -- SECONDS` asks: how long each fuzzer goes on; 0 for what every test run does. */
export const fuzzSeconds = Number(process.env['ARCX_FUZZ_SECONDS'] ?? 0)

/** A test's time, with room for a machine that does much else. */
export const fuzzTimeoutMs = (usualMs: number): number => usualMs + fuzzSeconds * 2000

/** For `fc.assert`: so many, or as many as there is time for. */
export const fuzzRuns = (usual: number) =>
  fuzzSeconds === 0
    ? { seed: fuzzSeed, numRuns: usual, endOnFailure: true }
    : { seed: fuzzSeed, numRuns: 1e9, interruptAfterTimeLimit: fuzzSeconds * 1000, endOnFailure: true }

/** Once, and again with the next seed as long as there is time. */
export async function fuzzRounds(round: (odd: Odd) => Promise<void>): Promise<void> {
  const end = Date.now() + fuzzSeconds * 1000
  let seed = fuzzSeed
  do await round(new Odd(seed++))
  while (Date.now() < end)
}

/** Makes odd things; the same of the same seed. */
export class Odd {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to below `below` (mulberry32). */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }

  one<T>(first: T, ...others: readonly T[]): T {
    const at = this.number(others.length + 1)
    return at === 0 ? first : (others[at - 1] ?? first)
  }

  bytes(most: number): Buffer {
    const bytes = Buffer.alloc(this.number(most + 1))
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = this.number(256)
    return bytes
  }

  text(most: number, pieces: readonly [string, ...string[]]): string {
    return Array.from({ length: this.number(most + 1) }, () => this.one(...pieces)).join('')
  }
}

const targetPieces = [
  '/',
  '//',
  '\\',
  '.',
  '..',
  '%',
  '%2e',
  '%2f',
  '%00',
  '%zz',
  '%ff',
  '?',
  '#',
  '@',
  ':',
  '[',
  ']',
  '::1',
  'http:',
  'evil.com',
  'trpc',
  'internal',
  '*',
  '&',
  '=',
  'ticket',
  '\u00e9',
  '{',
  '"',
  '<',
  '|',
  '^',
] as const

export const oddTarget = (odd: Odd): string =>
  odd.one(
    '//',
    'http://[',
    '*',
    '/',
    '[',
    'http://',
    '/..//x',
    `/${odd.text(8, targetPieces)}`,
    odd.text(8, targetPieces) || '/',
    `http://${odd.text(5, targetPieces)}`,
    `/trpc/${odd.text(4, targetPieces)}`,
    `/internal/${odd.text(3, targetPieces)}`,
    `/workspaces/${odd.text(4, targetPieces)}`,
  )

const headerNames = [
  'Cookie',
  'Authorization',
  'Origin',
  'X-Forwarded-For',
  'Forwarded',
  'Accept',
  'Accept-Encoding',
  'Content-Type',
  'Range',
  'If-None-Match',
  'Referer',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Extensions',
  'Sec-Fetch-Mode',
  'User-Agent',
  'Expect',
  'TE',
  'Trailer',
  'X-\u00ff',
  '',
  ' ',
] as const
const valuePieces = [
  'arc_session=',
  'arc_workspace=',
  '__Host-',
  ';',
  ',',
  '=',
  'Bearer ',
  'arcx_',
  'a.b.c',
  '%',
  '"',
  '\\',
  '127.0.0.1',
  '::1',
  '100-continue',
  'null',
  'permessage-deflate',
  'text/html',
  '\u00ff',
  '\t',
  '9'.repeat(30),
  'x'.repeat(300),
] as const

export function oddHeaders(odd: Odd): string {
  let lines = ''
  for (let left = odd.number(6); left > 0; left -= 1)
    lines += `${odd.one(...headerNames)}${odd.one(':', ': ', ':', ' :')}${odd.text(5, valuePieces)}\r\n`
  return lines
}

const methods = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'PATCH',
  'CONNECT',
  'TRACE',
  'PRI',
  'FOO',
  '',
] as const

/** A request that a parser may or may not take. `keeps`: one after which others can follow on the connection. */
export function oddRequest(odd: Odd, hosts: readonly [string, ...string[]], keeps: boolean): Buffer {
  const host = `Host: ${odd.one(...hosts)}\r\n`
  if (keeps) {
    const body = odd.one('', '', odd.text(4, ['{', '}', '"', '0', '[', ']', 'null']))
    const type = odd.one('', 'Content-Type: application/json\r\n', 'Content-Type: text/\u00e9\r\n')
    return Buffer.from(
      `${odd.one('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD')} ${asciiOnly(oddTarget(odd))} HTTP/1.1\r\n${host}${type}Content-Length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    )
  }
  return odd.one(
    () =>
      Buffer.from(
        `${odd.one(...methods)} ${oddTarget(odd)} ${odd.one('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'http/1.1', '')}\r\n${host}${oddHeaders(odd)}\r\n`,
        'latin1',
      ),
    () =>
      Buffer.from(
        `POST ${oddTarget(odd)} HTTP/1.1\r\n${host}Transfer-Encoding: ${odd.one('chunked', 'gzip', 'chunked, chunked')}\r\n\r\n${odd.one('0', 'ffffffffffffffff', '-1', 'x', '5')}\r\n${odd.bytes(20).toString('latin1')}`,
        'latin1',
      ),
    () => Buffer.from(`GET ${oddTarget(odd)} HTTP/1.1\n${host}\n`, 'latin1'),
    () => odd.bytes(200),
  )()
}

/** As `http.Server` passes on, so that the connection goes on. */
const asciiOnly = (target: string) => target.replace(/[^\x21-\x7e]/g, '') || '/'

export function oddUpgrade(
  odd: Odd,
  hosts: readonly [string, ...string[]],
  target = asciiOnly(oddTarget(odd)),
  more = '',
): Buffer {
  const key = odd.one('dGhlIHNhbXBsZSBub25jZQ==', '', 'x', 'dGhlIHNhbXBsZSBub25jZQ')
  return Buffer.from(
    `GET ${target} HTTP/1.1\r\nHost: ${odd.one(...hosts)}\r\nConnection: Upgrade\r\nUpgrade: ${odd.one('websocket', 'h2c', 'x', '')}\r\nSec-WebSocket-Version: ${odd.one('13', '8', 'x')}\r\nSec-WebSocket-Key: ${key}\r\n${more}${odd.number(3) === 0 ? oddHeaders(odd) : ''}\r\n`,
    'latin1',
  )
}

const jsonPieces = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  'null',
  '1',
  'true',
  '"id"',
  '"method"',
  '"params"',
  '"subscription"',
  '"path"',
  '"__proto__"',
  '\\u0000',
  ' ',
] as const
const whole = [
  'null',
  '0',
  '""',
  '[]',
  '{}',
  '[null]',
  '{"id":1}',
  '{"id":null,"method":"subscription","params":{"path":"workspaces.onChange"}}',
  '{"id":1,"method":"subscription.stop"}',
  '{"id":1,"method":"mutation","params":{"path":"__proto__.x","input":{}}}',
  '{"type":"resize","columns":-1,"rows":1e99}',
  '{"type":"here"}',
  '{"id":{},"method":[],"params":0}',
  'PING',
  'PONG',
] as const

/** What a message holds. */
export const oddMessage = (odd: Odd): Buffer =>
  odd.one(
    () => odd.bytes(60),
    () => Buffer.from(odd.one(...whole)),
    () => Buffer.from(odd.text(8, jsonPieces)),
    () => Buffer.concat([Buffer.of(odd.number(5), odd.number(4), odd.number(30)), odd.bytes(30)]),
    () => Buffer.concat([Buffer.of(odd.number(130)), Buffer.of(2), Buffer.from('{}')]),
  )()

/** A frame as a client sends it (RFC 6455, section 5.2). `sound`: one that keeps to the protocol. */
export function oddFrame(odd: Odd, sound: boolean): Buffer {
  const payload = sound ? oddMessage(odd) : odd.bytes(30)
  const text = sound && !payload.some((byte) => byte > 127)
  const first = sound ? 0x80 | (text && odd.number(2) === 0 ? 1 : 2) : odd.number(256)
  const length = sound || odd.number(2) === 0 ? payload.length : odd.number(128)
  const mask = Buffer.of(odd.number(256), odd.number(256), odd.number(256), odd.number(256))
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)))
  return Buffer.concat([Buffer.of(first, (sound || odd.number(4) > 0 ? 0x80 : 0) | (length & 0x7f)), mask, masked])
}
