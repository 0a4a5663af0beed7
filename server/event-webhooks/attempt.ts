import { request as plainRequest } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { RequestOptions } from 'node:https'
import type { LookupFunction } from 'node:net'
import { DestinationRefused } from './destination.ts'
import type { Destination, Destinations } from './destination.ts'

/** For all of it, from the name's lookup to the end of the answer. */
const attemptMs = 15_000
const answerBytes = 2048

export interface Attempt {
  readonly durationMs: number
  /** Of the answer; null where none came. */
  readonly status: number | null
  /** Its first characters. */
  readonly answer: string | null
  /** Null where it was taken: 2xx. */
  readonly error: string | null
}

export interface Message {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface SenderSettings {
  readonly destinations: Destinations
  /** Certificates that are trusted beside the system's. */
  readonly ca?: string
  readonly limitMs?: number
}

/** Sends one message, once. What goes wrong is told, and not thrown; it throws where `signal` is aborted. */
export async function attempt(
  { destinations, ca, limitMs = attemptMs }: SenderSettings,
  { url, headers, body }: Message,
  signal: AbortSignal,
): Promise<Attempt> {
  const began = performance.now()
  const limit = AbortSignal.timeout(limitMs)
  const ended = AbortSignal.any([signal, limit])
  let came: Pick<Attempt, 'status' | 'answer' | 'error'>
  try {
    // A resolver may take its time, and cannot be interrupted.
    const destination = await Promise.race([destinations.resolve(url), rejection(ended)])
    const { status, answer } = await post(destination, headers, body, ended, ca)
    came = { status, answer, error: problemOf(status) }
  } catch (error) {
    signal.throwIfAborted()
    const words = limit.aborted ? `There was no whole answer within ${limitMs / 1000} s.` : wordsFor(error)
    came = { status: null, answer: null, error: words }
  }
  return { durationMs: Math.round(performance.now() - began), ...came }
}

function rejection(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const end = () => reject(signal.reason)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return promise
}

async function post(
  { url, addresses }: Destination,
  headers: Message['headers'],
  body: string,
  signal: AbortSignal,
  ca: string | undefined,
): Promise<{ readonly status: number; readonly answer: string }> {
  const lookup: LookupFunction = (_host, options, callback) => {
    if (options.all === true) callback(null, [...addresses])
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
  }
  const options: RequestOptions = {
    method: 'POST',
    // A connection of its own: nothing of another endpoint's is used again.
    agent: false,
    lookup,
    signal,
    headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
  }
  const sent =
    url.protocol === 'https:'
      ? secureRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) })
      : plainRequest(url, options)
  sent.end(body)
  try {
    const response = await Promise.race([answered(sent), rejection(signal)])
    return { status: response.statusCode ?? 0, answer: await Promise.race([firstOf(response), rejection(signal)]) }
  } finally {
    sent.destroy()
  }
}

function answered(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve)
    sent.on('error', reject)
    // Another protocol: there is neither a response nor an error then.
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response)
    })
    sent.on('close', () => reject(new Error('The connection was closed before an answer came.')))
  })
}

async function firstOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= answerBytes) break
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, answerBytes))
  // Whatever a database or a terminal would take for more than text.
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '\uFFFD')
}

function problemOf(status: number): string | null {
  if (status >= 200 && status < 300) return null
  if (status === 410) return 'It answered 410: it is gone, and wants no more.'
  if (status >= 300 && status < 400)
    return `It answered ${status}, which leads elsewhere. Webhooks are not sent on: enter the address where they are taken.`
  return `It answered ${status}; 2xx says that it was taken.`
}

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'There is no host of that name.',
  EAI_AGAIN: 'The name of the host could not be looked up.',
  ECONNREFUSED: 'Nothing listens there: the connection was refused.',
  ECONNRESET: 'The connection was closed before an answer came.',
  ETIMEDOUT: 'No connection came about.',
  EHOSTUNREACH: 'There is no way to that address.',
  ENETUNREACH: 'There is no way to that address.',
  EPROTO: 'It does not speak TLS there.',
}

function wordsFor(error: unknown): string {
  if (error instanceof DestinationRefused) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|VERIFY/.test(code)) return `Its certificate was not accepted (${code}).`
  if (code.startsWith('HPE_')) return `What it answered is not HTTP (${code}).`
  return words[code] ?? (code === '' ? 'It could not be sent.' : `It could not be sent (${code}).`)
}
