import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ArcError, AuditFilterInput, TeamId, UsageSpan, errors } from '@arcx/router'
import type { Ports, UsageRow } from '@arcx/router'
import { appRouter, createCallerFactory } from '@arcx/router/server'
import { asCsv, asJsonLines } from '../audit/export.ts'
import { usageAsCsv } from '../usage/export.ts'
import { originOf } from './actors.ts'
import type { HttpActor } from './actors.ts'
import type { Edge } from './app.ts'
import { perMinute } from './rate-bound.ts'

const CreateBody = z.object({ name: z.string().trim().max(200) })
const InviteBody = z.object({
  max_uses: z.number().int().min(1).max(10_000).default(1),
  expires_days: z.number().int().min(1).max(365).default(14),
})
const createCaller = createCallerFactory(appRouter)

const dayMs = 24 * 3600 * 1000
const dayBefore = (days: number) => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10)

/** Without a word the last 30 days. */
function spanOf(query: unknown) {
  const parsed = z
    .object({
      from: z.string().default(() => dayBefore(30)),
      to: z.string().default(() => dayBefore(0)),
      format: z.enum(['csv', 'json']).default('csv'),
    })
    .transform(({ from, to, format }) => ({ span: { from, to }, format }))
    .pipe(z.object({ span: UsageSpan, format: z.enum(['csv', 'json']) }))
    .safeParse(query)
  if (parsed.success) return parsed.data
  throw new ArcError(
    'Invalid',
    'query_invalid',
    'Say from which day to which: ?from=2026-01-01&to=2026-01-31; format is csv or json.',
  )
}

const sendUsage = (reply: FastifyReply, rows: readonly UsageRow[], format: 'csv' | 'json') =>
  format === 'json'
    ? reply.header('cache-control', 'no-store').send(rows)
    : reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="arcx-usage.csv"')
        .header('cache-control', 'no-store')
        .send(usageAsCsv(rows))

function teamOf(query: unknown): { readonly teamId: TeamId | null } {
  const parsed = z.object({ team: TeamId.optional() }).safeParse(query)
  if (!parsed.success) throw new ArcError('Invalid', 'query_invalid', 'A team is given by its id: ?team=ID.')
  return { teamId: parsed.data.team ?? null }
}

/** Operations of the router for scripts that speak plain HTTP, and the record as a file. */
export function addPlainRoutes({ app, actorOf }: Edge, ports: Ports): void {
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
    const entries = await ports.authorization.perform(
      { path: 'GET /api/admin/audit', actor, origin: originOf(request), input: async () => filter },
      async () => ports.audit.all(filter),
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
  /** What was used, by workspace and day: one's own, or a team's, or everybody's. */
  app.get('/api/usage', perMinute(30), async (request, reply) => {
    const { usage } = await callerOf(request)
    const { teamId } = teamOf(request.query)
    const { span, format } = spanOf(request.query)
    const { rows } = teamId === null ? await usage.mine(span) : await usage.ofTeam({ teamId, span })
    return sendUsage(reply, rows, format)
  })
  app.get('/api/admin/usage', perMinute(30), async (request, reply) => {
    const { span, format } = spanOf(request.query)
    return sendUsage(reply, (await (await callerOf(request)).admin.usage.all(span)).rows, format)
  })
  /** `team`: its id; without it, one's own. */
  app.get('/api/billing', perMinute(120), async (request) =>
    (await callerOf(request)).billing.get(teamOf(request.query)),
  )
  app.post('/api/billing/portal', perMinute(60), async (request) =>
    (await callerOf(request)).billing.portal(teamOf(request.query)),
  )
  app.get('/api/admin/billing', perMinute(120), async (request) => (await callerOf(request)).admin.billing.list())
  app.get('/api/admin/users', perMinute(120), async (request) => (await callerOf(request)).admin.users.list())

  /** The same procedures as the router's, with what they refuse as the edge says it. */
  async function callerOf(request: FastifyRequest) {
    const actor: HttpActor | null = await actorOf(request)
    return createCaller(
      { ...ports, actor, origin: originOf(request), connection: null },
      {
        onError({ error }) {
          throw error.cause instanceof ArcError ? error.cause : error
        },
      },
    )
  }
}
