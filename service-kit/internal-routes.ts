import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface InternalRoutes {
  readonly token: string
  /** For a wrong token, or none: answers by itself, or throws. */
  onWrong(request: FastifyRequest, reply: FastifyReply): unknown
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asked by machines, under whatever name they have for this one. */
    readonly forMachines?: boolean
  }
}

/**
 * What services ask of one another stands in a scope of its own: whatever is registered in it, and nothing else, answers
 * to the internal token alone. It is the route that was found which is guarded, however its address was written.
 */
export async function internalRoutes(
  app: FastifyInstance,
  { token, onWrong }: InternalRoutes,
  register: (scope: FastifyInstance) => void,
): Promise<void> {
  const wanted = digest(`Bearer ${token}`)
  await app.register(
    async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.config = { ...route.config, forMachines: true }
      })
      scope.addHook('onRequest', async (request, reply) => {
        // Compared in constant time: hashing first makes the lengths equal.
        if (!timingSafeEqual(digest(request.headers.authorization ?? ''), wanted)) return onWrong(request, reply)
      })
      register(scope)
    },
    { prefix: '/internal' },
  )
}

const digest = (text: string) => createHash('sha256').update(text).digest()
