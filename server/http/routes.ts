import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ArcError, AuditFilterInput, CollabPresence, errors } from '@arcx/router'
import type { Ports, UserActor } from '@arcx/router'
import { appRouter, createCallerFactory } from '@arcx/router/server'
import { internalRoutes } from '@arcx/service-kit/internal-routes'
import { parseTarget } from '@arcx/service-kit/request-target'
import type { Addresses } from '../addresses.ts'
import { asCsv, asJsonLines } from '../audit/export.ts'
import { readCookie, writeCookie } from '../browser/cookies.ts'
import { messagePage, pageHeaders } from '../browser/page.ts'
import type { EntryCodes } from '../entry/entry-codes.ts'
import type { WorkspaceHosts } from '../entry/workspace-hosts.ts'
import type { Admission } from '../workspaces/admission.ts'
import type { Identity } from '../identity/identity.ts'
import type { SessionCookie } from '../identity/sessions.ts'
import type { Edge } from './app.ts'
import type { HttpActor } from './actors.ts'
import { statusOfKind } from './status.ts'
import type { WrongCredentials } from './wrong-credentials.ts'

export interface RouteDependencies {
  readonly addresses: Addresses
  readonly identity: Identity
  readonly ports: Ports
  readonly admission: Admission
  readonly internalToken: string
  readonly wrongCredentials: WrongCredentials
  readonly localSignIn: boolean
  readonly workspaceHosts: Pick<WorkspaceHosts, 'judge'>
  readonly entryCodes: Pick<EntryCodes, 'issue'>
}

const CreateBody = z.object({ name: z.string().trim().max(200) })
const InviteBody = z.object({
  max_uses: z.number().int().min(1).max(10_000).default(1),
  expires_days: z.number().int().min(1).max(365).default(14),
})
const GitHubQuery = z.object({
  to: z.string().max(2000).optional().catch(undefined),
  invite: z.string().max(100).optional().catch(undefined),
})
/** As Traefik sends them; none, where it is asked by hand. */
const ForwardedHeaders = z.object({
  'x-forwarded-host': z.string().max(300).optional().catch(undefined),
  'x-forwarded-method': z.string().max(20).catch('GET'),
  'x-forwarded-uri': z.string().max(8000).catch('/'),
})
const Present = z.array(CollabPresence).max(10_000)
const createCaller = createCallerFactory(appRouter)
const EntryQuery = z.object({
  name: z.string().max(63),
  to: z.string().max(2000).optional(),
  browser: z.string().regex(/^[\w-]{43}$/),
})
const perMinute = (max: number) => ({ config: { rateLimit: { max, timeWindow: 60_000 } } })

/** Plain HTTP doors, for browsers' navigations and for scripts, to operations that stand elsewhere. */
export async function addRoutes({ app, actorOf }: Edge, dependencies: RouteDependencies): Promise<void> {
  const { addresses, identity } = dependencies
  const origin = (request: FastifyRequest) => ({ address: request.ip, requestId: request.id })

  app.get('/auth/local', perMinute(20), async (request, reply) => {
    if (!dependencies.localSignIn) throw errors.forbidden('sign in by a local link')
    const { code } = z.object({ code: z.string().max(200).catch('') }).parse(request.query)
    return signedIn(
      reply,
      await identity.redeemLocalSignIn(code, origin(request), request.headers['user-agent'] ?? ''),
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
      const outcome = await identity.finishGitHub(callback, nonce, origin(request), request.headers['user-agent'] ?? '')
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

  /** For an edge that asks who somebody is, and whether they may pass to a workspace's host (Traefik's ForwardAuth). */
  app.get('/auth/verify', async (request, reply) => {
    const forwarded = ForwardedHeaders.parse(request.headers)
    const host = addresses.classify(forwarded['x-forwarded-host'])
    reply.header('cache-control', 'no-store')
    if (host.kind === 'workspace') {
      const verdict = await dependencies.workspaceHosts.judge(
        host.name,
        forwarded['x-forwarded-method'],
        addresses.ownPath(forwarded['x-forwarded-uri']),
        request.headers,
      )
      if (verdict.kind === 'open') return reply.header('x-arcx-user', verdict.userId).send({ userId: verdict.userId })
      if (verdict.kind === 'refused')
        return reply.code(verdict.status).type('text/plain; charset=utf-8').send(verdict.message)
      if (verdict.cookie !== null) reply.header('set-cookie', verdict.cookie)
      return reply.redirect(verdict.location)
    }
    const actor = await actorOf(request)
    if (actor?.kind !== 'user' || actor.status !== 'active') throw errors.signedOut()
    return reply
      .header('x-arcx-user', actor.userId)
      .header('x-arcx-login', encodeURIComponent(actor.login))
      .send({ userId: actor.userId, login: actor.login })
  })

  app.post('/auth/sign-out', async (request, reply) => {
    const actor = await actorOf(request)
    if (actor?.kind === 'user' && actor.via === 'session') await identity.signOut(actor)
    return reply
      .header('set-cookie', writeCookie('arc_session', '', 0, addresses.secure))
      .code(204)
      .send()
  })

  /** The way into a workspace: whoever may open it gets a code for its host. */
  app.get('/auth/workspace', perMinute(120), async (request, reply) => {
    const { name, to, browser } = EntryQuery.parse(request.query)
    const path = addresses.ownPath(to)
    const actor = await actorOf(request)
    const opening = `/open/${encodeURIComponent(name)}?${new URLSearchParams({ to: path })}`
    if (actor?.kind !== 'user' || actor.via !== 'session' || actor.status !== 'active')
      return reply.redirect(`/sign-in?${new URLSearchParams({ to: opening })}`)
    const admitted = await admit(dependencies.admission, actor, name)
    if (admitted === null || !admitted.running) return reply.redirect(opening)
    const host = addresses.workspaceOrigin(admitted.name)
    const code = await dependencies.entryCodes.issue({
      sessionId: actor.sessionId,
      userId: actor.userId,
      workspaceId: admitted.workspaceId,
      host,
      browser,
    })
    return reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .redirect(`${host}/_arcx/enter?${new URLSearchParams({ code, to: path })}`)
  })

  /** The reference's plain route: the same operation as `workspaces.create`. */
  app.post('/dashboard/workspace', perMinute(60), async (request) => {
    const body = CreateBody.safeParse(request.body)
    if (!body.success) throw new ArcError('Invalid', 'body_invalid', 'Send JSON with a name: {"name": "my-project"}.')
    const workspace = await (await callerOf(request)).workspaces.create({ name: body.data.name })
    return { url: workspace.url }
  })

  app.get('/api/invites', perMinute(120), async (request) => (await callerOf(request)).admin.invites.list())
  app.post('/api/invites', perMinute(60), async (request) => {
    const body = InviteBody.safeParse(request.body ?? {})
    if (!body.success)
      throw new ArcError('Invalid', 'body_invalid', 'Send JSON such as {"max_uses": 1, "expires_days": 14}.')
    return (await callerOf(request)).admin.invites.create({
      maxUses: body.data.max_uses,
      expiresDays: body.data.expires_days,
    })
  })
  /** The record, oldest first, as it flows: `format` is `jsonl` or `csv`, the rest filters as the router's. */
  app.get('/api/admin/audit', perMinute(30), async (request, reply) => {
    const actor = await actorOf(request)
    const query = AuditFilterInput.extend({ format: z.enum(['jsonl', 'csv']).default('jsonl') }).safeParse(
      request.query,
    )
    if (!query.success)
      throw new ArcError(
        'Invalid',
        'query_invalid',
        'Filters are action, actorId, targetId, since and until; format is jsonl or csv.',
      )
    const { format, ...filter } = query.data
    const entries = await dependencies.ports.authorization.perform(
      { path: 'GET /api/admin/audit', actor, origin: origin(request), input: async () => filter },
      async () => dependencies.ports.audit.all(filter),
    )
    return reply
      .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8')
      .header('content-disposition', `attachment; filename="arcx-audit.${format}"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(format === 'csv' ? asCsv(entries) : asJsonLines(entries)))
  })
  /** Starts or stops all that somebody owns. */
  for (const operation of ['start', 'stop'] as const) {
    app.post(`/api/admin/users/:username/${operation}`, perMinute(60), async (request) => {
      const { username } = z.object({ username: z.string().min(1).max(100) }).parse(request.params)
      const caller = await callerOf(request)
      const owned = await caller.admin.workspaces.list({ login: username })
      if (owned.length === 0) throw errors.userNotFound()
      return Promise.all(owned.map(({ id }) => caller.admin.workspaces[operation]({ workspaceId: id })))
    })
  }
  app.delete('/api/admin/users/:username', perMinute(60), async (request, reply) => {
    const { username } = z.object({ username: z.string().min(1).max(100) }).parse(request.params)
    const caller = await callerOf(request)
    const [found, another] = await caller.admin.users.list({ login: username })
    if (found === undefined || another !== undefined) throw errors.userNotFound()
    await caller.admin.users.remove({ userId: found.id })
    return reply.code(204).send()
  })
  app.get('/api/admin/users', perMinute(120), async (request) => (await callerOf(request)).admin.users.list())

  await internalRoutes(
    app,
    {
      token: dependencies.internalToken,
      onWrong: (request) => dependencies.wrongCredentials.refuse('internal.use', request.ip),
    },
    (scope) => {
      /** team-state asks what those who are connected may do now. */
      scope.post('/collab/rights', async (request) => dependencies.ports.collab.rights(Present.parse(request.body)))

      /** For `npm start`, which prints the link. */
      scope.post('/sign-in-link', async () => {
        if (!dependencies.localSignIn) return { url: addresses.publicOrigin }
        return {
          url: `${addresses.publicOrigin}/auth/local?${new URLSearchParams({ code: await identity.localSignInCode() })}`,
        }
      })
    },
  )

  /** The same procedures as the router's, with what they refuse as the edge says it. */
  async function callerOf(request: FastifyRequest) {
    const actor: HttpActor | null = await actorOf(request)
    return createCaller(
      { ...dependencies.ports, actor, origin: origin(request), connection: null },
      {
        onError({ error }) {
          throw error.cause instanceof ArcError ? error.cause : error
        },
      },
    )
  }

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

async function admit(admission: Admission, actor: UserActor, name: string) {
  try {
    return await admission.admit(actor, name)
  } catch (error) {
    if (error instanceof ArcError && error.kind !== 'Unavailable') return null
    throw error
  }
}
