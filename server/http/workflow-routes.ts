import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { WorkflowId, errors } from '@arcx/router'
import type { WorkflowRunId } from '@arcx/router'
import { schemaPath, workflowJsonSchema } from '../workflows/definition/json-schema.ts'
import { bounds } from '../workflows/expressions/syntax.ts'
import { parseJson } from '../workflows/expressions/value.ts'
import type { Edge } from './app.ts'
import { perMinute } from './rate-bound.ts'

export interface WorkflowRouteDependencies {
  readonly workflowStarts: {
    byHook(id: WorkflowId, secret: string, body: unknown, key: string | null): Promise<WorkflowRunId | null>
  }
}

const Params = z.object({ workflowId: WorkflowId })
const Headers = z.object({
  authorization: z.string().regex(/^Bearer +\S+$/i),
  'idempotency-key': z.string().min(1).max(200).optional(),
})
const bodyLimit = 64 * 1024

/** The schema of workflows, for editors; and where a program starts one by its secret. */
export async function addWorkflowRoutes({ app }: Edge, { workflowStarts }: WorkflowRouteDependencies): Promise<void> {
  const schema = JSON.stringify(workflowJsonSchema(), null, 2)
  app.get(schemaPath, perMinute(120), (_request, reply) =>
    reply.type('application/schema+json; charset=utf-8').header('access-control-allow-origin', '*').send(schema),
  )

  await app.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, (_request, body, done) => done(null, body))
    scope.post('/hooks/workflows/:workflowId', { ...perMinute(60), bodyLimit }, async (request, reply) => {
      const [params, headers] = [Params.safeParse(request.params), Headers.safeParse(request.headers)]
      if (!params.success || !headers.success) throw errors.workflowHookUnknown()
      const secret = headers.data.authorization.replace(/^Bearer +/i, '')
      const key = headers.data['idempotency-key'] ?? null
      const runId = await workflowStarts.byHook(params.data.workflowId, secret, bodyOf(request.body), key)
      return reply.code(202).send({ runId })
    })
  })
}

/** JSON where it is that, and not nested too deep; else the text. */
function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return null
  return parseJson(body, bounds.jsonDepth) ?? body
}
