import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ArcError, errors } from '@arcx/router'
import type { Administrator, AuthorizationPort } from '@arcx/router'
import { formPage, messagePage, pageHeaders } from '../browser/page.ts'
import { originOf } from './actors.ts'
import type { HttpActor } from './actors.ts'
import type { Edge } from './app.ts'
import { perMinute } from './rate-bound.ts'
import { statusOfKind } from './status.ts'

export interface GitHubAppRouteDependencies {
  readonly gitHubSetUp: {
    begin(actor: Administrator, organization: string | null): Promise<{ action: string; manifest: string }>
    /** @throws `github_app_failed`. */
    finish(actor: Administrator, code: string, state: string): Promise<void>
  }
}

const Begun = z.object({
  organization: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/)
    .optional(),
})
const Made = z.object({ code: z.string().min(1).max(200), state: z.string().min(1).max(200) })

/** The way of an administrator's browser to GitHub, where the App of this server is made, and back. */
export function addGitHubAppRoutes(
  { app, actorOf }: Edge,
  { gitHubSetUp, authorization }: GitHubAppRouteDependencies & { readonly authorization: AuthorizationPort },
): void {
  const asAdministrator = async <T>(
    path: 'GET /github/app/new' | 'GET /github/app/created',
    request: FastifyRequest,
    work: (actor: Administrator) => Promise<T>,
  ): Promise<T> => {
    const actor = await actorOf(request)
    return authorization.perform({ path, actor, origin: originOf(request), input: async () => ({}) }, () =>
      work(administrator(actor)),
    )
  }

  app.get('/github/app/new', perMinute(20), async (request, reply) => {
    const { action, manifest } = await asAdministrator('GET /github/app/new', request, (actor) => {
      const query = Begun.safeParse(request.query)
      if (!query.success) throw errors.gitHubAppFailed('That is not the name of an organization at GitHub.')
      return gitHubSetUp.begin(actor, query.data.organization ?? null)
    })
    const { headers, body } = formPage(
      'Make a GitHub App',
      `GitHub shows what the App may do and asks for its name. Then it leads back here. The App is ${new URL(action).pathname.startsWith('/organizations/') ? 'the organization’s' : 'yours'}.`,
      { action, fields: { manifest }, button: 'Continue at GitHub' },
    )
    return reply.headers(headers).send(body)
  })

  app.get('/github/app/created', perMinute(20), async (request, reply) => {
    try {
      await asAdministrator('GET /github/app/created', request, (actor) => {
        const query = Made.safeParse(request.query)
        if (!query.success) throw errors.gitHubAppFailed('The address that led here is not one of GitHub’s.')
        return gitHubSetUp.finish(actor, query.data.code, query.data.state)
      })
    } catch (error) {
      if (!(error instanceof ArcError) || !(request.headers.accept ?? '').includes('text/html')) throw error
      return reply
        .code(statusOfKind[error.kind])
        .headers(pageHeaders)
        .send(messagePage('No GitHub App yet', error.message, { label: 'Begin again', href: '/admin?tab=github' }))
    }
    return reply.header('cache-control', 'no-store').redirect('/admin?tab=github')
  })
}

/** @throws `signed_out` for nobody, which authorization has refused before. */
function administrator(actor: HttpActor | null): Administrator {
  if (actor === null) throw errors.signedOut()
  return actor
}
