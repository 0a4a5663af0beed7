import { timingSafeEqual, createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ArcError, errors } from '@arcx/router'
import type { UserActor, WorkspacesPort } from '@arcx/router'
import type { Addresses } from '../addresses.ts'
import type { Admission } from '../workspaces/admission.ts'
import type { EntryClaims } from '../gateway/gateway.ts'
import type { Identity } from '../identity/identity.ts'
import type { Edge } from './app.ts'
import { writeCookie } from './cookies.ts'

export interface RouteNeeds {
  readonly addresses: Addresses
  readonly identity: Identity
  readonly workspaces: WorkspacesPort
  readonly admission: Admission
  readonly internalToken: string
  readonly localSignIn: boolean
  issueEntry(claims: EntryClaims): Promise<string>
}

const CreateBody = z.object({ name: z.string().trim().max(200) })
const EntryQuery = z.object({ name: z.string().max(63), to: z.string().max(2000).optional(), browser: z.string().regex(/^[\w-]{43}$/) })
const perMinute = (max: number) => ({ config: { rateLimit: { max, timeWindow: 60_000 } } })

/** Plain HTTP doors, for browsers' navigations and for scripts, to operations that stand elsewhere. */
export function addRoutes({ app, actorOf }: Edge, needs: RouteNeeds): void {
  const { addresses, identity } = needs
  const origin = (request: FastifyRequest) => ({ address: request.ip, requestId: request.id })

  app.get('/auth/local', perMinute(20), async (request, reply) => {
    if (!needs.localSignIn) throw errors.forbidden('sign in by a local link')
    const { code } = z.object({ code: z.string().max(200).catch('') }).parse(request.query)
    const { cookie, maxAgeSeconds } = await identity.redeemLocalSignIn(code, origin(request), request.headers['user-agent'] ?? '')
    return signedIn(reply, cookie, maxAgeSeconds)
  })

  app.post('/auth/sign-out', async (request, reply) => {
    const actor = await actorOf(request)
    if (actor !== null) await identity.signOut(actor)
    return reply.header('set-cookie', writeCookie('arc_session', '', 0, addresses.secure)).code(204).send()
  })

  /** The way into a workspace: whoever may open it gets a code for its host. */
  app.get('/auth/workspace', perMinute(120), async (request, reply) => {
    const { name, to, browser } = EntryQuery.parse(request.query)
    const path = addresses.ownPath(to)
    const actor = await actorOf(request)
    const opening = `/open/${encodeURIComponent(name)}?${new URLSearchParams({ to: path })}`
    if (actor === null) return reply.redirect(`/sign-in?${new URLSearchParams({ to: opening })}`)
    const admitted = await admit(needs.admission, actor, name)
    if (admitted === null || !admitted.running) return reply.redirect(opening)
    const host = addresses.workspaceOrigin(admitted.name)
    const code = await needs.issueEntry({ sessionId: actor.sessionId, userId: actor.userId, workspaceId: admitted.workspaceId, host, browser })
    return reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .redirect(`${host}/_arcx/enter?${new URLSearchParams({ code, to: path })}`)
  })

  /** The reference's plain route: the same operation as `workspaces.create`. */
  app.post('/dashboard/workspace', perMinute(60), async (request) => {
    const actor = await actorOf(request)
    if (actor === null) throw errors.signedOut()
    const body = CreateBody.safeParse(request.body)
    if (!body.success) throw new ArcError('Invalid', 'body_invalid', 'Send JSON with a name: {"name": "my-project"}.')
    const workspace = await needs.workspaces.create(actor, body.data.name)
    return { url: workspace.url }
  })

  /** For `npm start`, which prints the link. */
  app.post('/internal/sign-in-link', async (request) => {
    requireInternal(request, needs.internalToken)
    if (!needs.localSignIn) return { url: addresses.publicOrigin }
    return { url: `${addresses.publicOrigin}/auth/local?${new URLSearchParams({ code: await identity.localSignInCode() })}` }
  })

  function signedIn(reply: FastifyReply, cookie: string, maxAgeSeconds: number) {
    return reply
      .header('set-cookie', writeCookie('arc_session', cookie, maxAgeSeconds, addresses.secure))
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .redirect('/dashboard')
  }
}

async function admit(admission: Admission, actor: UserActor, name: string) {
  try {
    return await admission.admit(actor, name)
  } catch (error) {
    if (error instanceof ArcError) return null
    throw error
  }
}

/** Compared in constant time: hashing first makes the lengths equal. */
function requireInternal(request: FastifyRequest, token: string): void {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  if (!timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`))) throw errors.signedOut()
}
