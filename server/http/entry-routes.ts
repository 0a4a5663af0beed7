import { z } from 'zod'
import { ArcError, errors } from '@arcx/router'
import type { UserActor } from '@arcx/router'
import type { Addresses } from '../addresses.ts'
import type { EntryCodes } from '../entry/entry-codes.ts'
import type { WorkspaceHosts } from '../entry/workspace-hosts.ts'
import type { Admission } from '../workspaces/admission.ts'
import type { Edge } from './app.ts'
import { perMinute } from './rate-bound.ts'

export interface EntryRouteDependencies {
  readonly addresses: Addresses
  readonly admission: Admission
  readonly workspaceHosts: Pick<WorkspaceHosts, 'judge'>
  readonly entryCodes: Pick<EntryCodes, 'issue'>
}

/** As Traefik sends them; none, where it is asked by hand. */
const ForwardedHeaders = z.object({
  'x-forwarded-host': z.string().max(300).optional().catch(undefined),
  'x-forwarded-method': z.string().max(20).catch('GET'),
  'x-forwarded-uri': z.string().max(8000).catch('/'),
})
const EntryQuery = z.object({
  name: z.string().max(63),
  to: z.string().max(2000).optional(),
  browser: z.string().regex(/^[\w-]{43}$/),
})

/** How a browser that is signed in here comes into a workspace's host, and who may pass there. */
export function addEntryRoutes({ app, actorOf }: Edge, dependencies: EntryRouteDependencies): void {
  const { addresses } = dependencies

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
}

async function admit(admission: Admission, actor: UserActor, name: string) {
  try {
    return await admission.admit(actor, name)
  } catch (error) {
    if (error instanceof ArcError && error.kind !== 'Unavailable') return null
    throw error
  }
}
