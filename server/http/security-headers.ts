import fastifyHelmet from '@fastify/helmet'
import { fastify } from 'fastify'
import type { Addresses } from '../addresses.ts'

/**
 * What every answer of the control plane tells browsers. Helmet makes it anew for each answer, and it is the same each
 * time: it is asked once.
 */
export async function securityHeadersFor({
  publicOrigin,
  secure,
}: Pick<Addresses, 'publicOrigin' | 'secure'>): Promise<Readonly<Record<string, string>>> {
  const app = fastify()
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", publicOrigin.replace(/^http/, 'ws')],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 365 * 24 * 3600 } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
  })
  let headers: Readonly<Record<string, string>> = {}
  app.get('/', async (_request, reply) => {
    headers = Object.fromEntries(Object.entries(reply.raw.getHeaders()).map(([name, value]) => [name, String(value)]))
    return ''
  })
  await app.inject('/')
  await app.close()
  return headers
}
