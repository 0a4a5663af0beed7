import { Transform, pipeline } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errors } from '@arcx/router'
import { GitHubHeaders, StripeEvent } from '../webhooks/delivery.ts'
import type { Delivery, WebhookSource } from '../webhooks/delivery.ts'
import { isFromGitHub, isFromStripe } from '../webhooks/signatures.ts'
import type { Edge } from './app.ts'
import { perMinute } from './rate-bound.ts'

export interface WebhookRouteDependencies {
  readonly webhooks: { receive(delivery: Delivery): Promise<'accepted' | 'repeated'> }
  /** By which each signs what it sends: the present one, and the one before while it is being changed. */
  webhookSecrets(source: WebhookSource): Promise<readonly string[]>
}

/** GitHub sends 25 MB at most. */
const bodyLimits: Readonly<Record<WebhookSource, number>> = { github: 25 * 2 ** 20, stripe: 2 ** 20 }
const mostPerMinute = 6000
/** Of all bodies that are being read. */
const mostBytesHeld = 200 * 2 ** 20
const signatureNames = { github: 'X-Hub-Signature-256', stripe: 'Stripe-Signature' } as const

/** Where GitHub and Stripe send events. The signature is of the raw body, which is therefore read as it comes. */
export async function addWebhookRoutes({ app }: Edge, dependencies: WebhookRouteDependencies): Promise<void> {
  const { webhooks, webhookSecrets } = dependencies
  await app.register(
    async (scope: FastifyInstance) => {
      scope.removeAllContentTypeParsers()
      let bytesHeld = 0
      // Anybody may send here, and a body is held whole until its signature can be looked at.
      scope.addHook('onRequest', async (request) => {
        const source = request.routeOptions.url === '/webhooks/stripe' ? 'stripe' : 'github'
        if ((await webhookSecrets(source)).length === 0) throw errors.webhooksNotConfigured(source)
        if (headerOf(request, signatureNames[source].toLowerCase()) === '')
          throw errors.signatureWrong(signatureNames[source])
      })
      scope.addHook('preParsing', async (_request, reply, payload) => {
        let held = 0
        const counted = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            held += chunk.length
            bytesHeld += chunk.length
            if (bytesHeld > mostBytesHeld) done(errors.webhooksBusy())
            else done(null, chunk)
          },
        })
        reply.raw.once('close', () => (bytesHeld -= held))
        pipeline(payload, counted, () => undefined)
        return counted
      })
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

      const receive = (
        source: WebhookSource,
        read: (request: FastifyRequest, body: string, secrets: readonly string[]) => Promise<Delivery>,
      ) =>
        scope.post(
          `/${source}`,
          { ...perMinute(mostPerMinute), bodyLimit: bodyLimits[source] },
          async (request: FastifyRequest, reply: FastifyReply) => {
            const delivery = await read(request, textOf(request.body), await webhookSecrets(source))
            return reply.code(202).send({ delivery: delivery.deliveryId, outcome: await webhooks.receive(delivery) })
          },
        )

      receive('github', async (request, body, secrets) => {
        if (!(await isFromGitHub(body, headerOf(request, 'x-hub-signature-256'), secrets)))
          throw errors.signatureWrong(signatureNames.github)
        const headers = GitHubHeaders.safeParse(request.headers)
        if (!headers.success || !isJson(body)) throw errors.webhookMalformed()
        const { 'x-github-delivery': deliveryId, 'x-github-event': event } = headers.data
        return { source: 'github', deliveryId, event, body }
      })

      receive('stripe', async (request, body, secrets) => {
        if (!isFromStripe(body, headerOf(request, 'stripe-signature'), secrets))
          throw errors.signatureWrong(signatureNames.stripe)
        const event = StripeEvent.safeParse(parsed(body))
        if (!event.success) throw errors.webhookMalformed()
        return { source: 'stripe', deliveryId: event.data.id, event: event.data.type, body }
      })
    },
    { prefix: '/webhooks' },
  )
}

const headerOf = ({ headers }: FastifyRequest, name: string): string => {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

/** @throws `webhook_malformed` for bytes that are no UTF-8: a signature of the text would not be one of them. */
function textOf(body: unknown): string {
  if (!Buffer.isBuffer(body)) return ''
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    throw errors.webhookMalformed()
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const isJson = (body: string): boolean => parsed(body) !== undefined
