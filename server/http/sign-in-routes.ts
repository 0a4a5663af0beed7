import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { ArcError, errors } from '@arcx/router'
import { parseTarget } from '@arcx/service-kit/request-target'
import type { Addresses } from '../addresses.ts'
import { readCookie, writeCookie } from '../browser/cookies.ts'
import { messagePage, pageHeaders } from '../browser/page.ts'
import type { Identity } from '../identity/identity.ts'
import type { SessionCookie } from '../identity/sessions.ts'
import { originOf } from './actors.ts'
import type { Edge } from './app.ts'
import { perMinute } from './rate-bound.ts'
import { statusOfKind } from './status.ts'

export interface SignInRouteDependencies {
  readonly addresses: Addresses
  readonly identity: Identity
  readonly localSignIn: boolean
}

const GitHubQuery = z.object({
  to: z.string().max(2000).optional().catch(undefined),
  invite: z.string().max(100).optional().catch(undefined),
})

/** How a browser signs in, by the link for the person at the machine or by GitHub, and out. */
export function addSignInRoutes({ app, actorOf }: Edge, dependencies: SignInRouteDependencies): void {
  const { addresses, identity } = dependencies

  app.get('/auth/local', perMinute(20), async (request, reply) => {
    if (!dependencies.localSignIn) throw errors.forbidden('sign in by a local link')
    const { code } = z.object({ code: z.string().max(200).catch('') }).parse(request.query)
    return signedIn(
      reply,
      await identity.redeemLocalSignIn(code, originOf(request), request.headers['user-agent'] ?? ''),
      '/dashboard',
    )
  })

  app.get('/auth/github', perMinute(20), async (request, reply) => {
    const { to, invite } = GitHubQuery.parse(request.query)
    const { url, nonce, maxAgeSeconds } = await identity.beginGitHub(afterSignIn(to), invite ?? null)
    return reply
      .header('set-cookie', writeCookie('arc_oauth', nonce, maxAgeSeconds, addresses.secure))
      .header('cache-control', 'no-store')
      .redirect(url)
  })

  app.get('/auth/callback', perMinute(20), async (request, reply) => {
    const nonce = readCookie(request.headers.cookie, 'arc_oauth', addresses.secure)
    const target = parseTarget(request.url)
    const callback = target.kind === 'path' ? target.query : new URLSearchParams()
    reply.header('set-cookie', writeCookie('arc_oauth', '', 0, addresses.secure))
    const again = { label: 'Try again', href: '/sign-in' }
    try {
      const outcome = await identity.finishGitHub(
        callback,
        nonce,
        originOf(request),
        request.headers['user-agent'] ?? '',
      )
      if (outcome.kind === 'in')
        return signedIn(reply, outcome.cookie, outcome.waitsForPayment ? '/waiting' : outcome.to)
      const message = `${outcome.login}, you are on the waitlist. Whoever runs this server lets you in; then sign in again. With an invitation, open its link.`
      return reply.headers(pageHeaders).send(messagePage('You are on the waitlist', message, again))
    } catch (error) {
      if (!(error instanceof ArcError) || error.kind === 'LimitReached' || error.kind === 'Unavailable') throw error
      return reply
        .code(statusOfKind[error.kind])
        .headers(pageHeaders)
        .send(messagePage('You were not signed in', error.message, again))
    }
  })

  app.post('/auth/sign-out', async (request, reply) => {
    const actor = await actorOf(request)
    if (actor?.kind === 'user' && actor.via === 'session') await identity.signOut(actor)
    return reply
      .header('set-cookie', writeCookie('arc_session', '', 0, addresses.secure))
      .code(204)
      .send()
  })

  function afterSignIn(to: string | undefined): string {
    const path = addresses.ownPath(to)
    return path === '/' || path.startsWith('/sign-in') ? '/dashboard' : path
  }

  function signedIn(reply: FastifyReply, cookie: SessionCookie, to: string) {
    return reply
      .header('set-cookie', writeCookie('arc_session', cookie.value, cookie.maxAgeSeconds, addresses.secure))
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .redirect(to)
  }
}
