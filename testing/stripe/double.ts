import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Stripe } from 'stripe'
import { StripeAccount } from './account.ts'
import type { StripeEvent } from './account.ts'
import { parseForm } from './form.ts'
import { StripeRefusal, routes } from './routes.ts'

export interface StripeCall {
  readonly method: string
  readonly path: string
  readonly form: Readonly<Record<string, unknown>>
  readonly idempotencyKey: string | null
}

/** Stripe over loopback, as far as arcx speaks to it; whatever else it is asked, it refuses. */
export interface StripeDouble {
  readonly url: string
  readonly secretKey: string
  readonly account: StripeAccount
  readonly calls: readonly StripeCall[]
  /** `away`: it takes requests and answers 503; `silent`: it answers nothing. */
  mode: 'there' | 'away' | 'silent'
  /** What it waits for between reading what it answers and answering. */
  onTheWay: ((path: string) => Promise<void>) | null
  /** What Stripe would send of an event, signed as it does. */
  delivery(event: StripeEvent, secret: string): { readonly body: string; readonly signature: string }
  close(): Promise<void>
}

const apiVersion = '2026-10-28.endive'

export async function startStripeDouble(prices: Readonly<Record<string, number>>): Promise<StripeDouble> {
  const account = new StripeAccount(prices)
  const secretKey = `sk_test_${randomBytes(12).toString('hex')}`
  const calls: StripeCall[] = []
  /** What was answered to a request with an idempotency key. */
  const answered = new Map<string, { readonly asked: string; readonly answer: object }>()
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const say = (status: number, value: object) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'request-id': `req_${randomBytes(6).toString('hex')}`,
      })
      response.end(JSON.stringify(value))
    }
    if (double.mode === 'silent') return
    if (double.mode === 'away') return say(503, { error: { type: 'api_error', message: 'Stripe is away.' } })
    try {
      const answer = structuredClone(handle(request, body))
      await double.onTheWay?.(request.url ?? '')
      say(200, answer)
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error
      const { status, type, code, message } = error
      say(status, { error: { type, code, message } })
    }
  }

  function handle({ method = '', url = '', headers }: IncomingMessage, body: string): object {
    if (headers.authorization !== `Bearer ${secretKey}`)
      throw new StripeRefusal(401, 'invalid_request_error', 'api_key_invalid', 'Invalid API Key provided.')
    if (headers['stripe-version'] !== apiVersion)
      throw new StripeRefusal(
        400,
        'invalid_request_error',
        'version',
        `It is asked in version ${headers['stripe-version']}.`,
      )
    if (method === 'POST' && headers['content-type'] !== 'application/x-www-form-urlencoded')
      throw new StripeRefusal(
        400,
        'invalid_request_error',
        'content_type',
        `It is asked in ${headers['content-type']}.`,
      )
    const { pathname, search } = new URL(url, 'http://stripe.test')
    const form = parseForm(method === 'POST' ? body : search.slice(1))
    const key = headers['idempotency-key']
    const idempotencyKey = typeof key === 'string' ? key : null
    calls.push({ method, path: pathname, form, idempotencyKey })
    const asked = JSON.stringify([method, pathname, form])
    const before = idempotencyKey === null ? undefined : answered.get(idempotencyKey)
    if (before !== undefined) {
      if (before.asked === asked) return before.answer
      throw new StripeRefusal(
        400,
        'idempotency_error',
        'idempotency',
        'Keys can only be used with the same parameters.',
      )
    }
    const result = structuredClone(routes(account, method, pathname, form))
    if (idempotencyKey !== null) answered.set(idempotencyKey, { asked, answer: result })
    return result
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const double: StripeDouble = {
    url: `http://127.0.0.1:${port}`,
    secretKey,
    account,
    calls,
    mode: 'there',
    onTheWay: null,
    delivery(event, secret) {
      const payload = JSON.stringify(event)
      return { body: payload, signature: Stripe.webhooks.generateTestHeaderString({ payload, secret }) }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return double
}
