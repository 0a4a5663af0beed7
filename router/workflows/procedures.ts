import { z } from 'zod'
import { TeamId, WorkflowId, WorkflowRunId, WorkflowStepId } from '../ids.ts'
import { lastEventId, resumable, resumeOf } from '../resume.ts'
import { personProcedure, router } from '../trpc.ts'

const source = z.string().max(100_000, 'A workflow has at most 65536 characters.')
const one = z.object({ workflowId: WorkflowId })
const run = z.object({ runId: WorkflowRunId })
const resumed = run.extend({ lastEventId })

export const workflowsRouter = router({
  list: personProcedure
    .input(z.object({ teamId: TeamId.nullable().default(null) }).prefault({}))
    .query(({ ctx, input }) => ctx.workflows.list(ctx.actor, input.teamId)),
  get: personProcedure.input(one).query(({ ctx, input }) => ctx.workflows.get(ctx.actor, input.workflowId)),
  /** A question, but of more letters than an address holds. */
  check: personProcedure
    .input(z.object({ source }))
    .mutation(({ ctx, input }) => ctx.workflows.check(ctx.actor, input.source)),
  save: personProcedure
    .input(
      z.object({
        teamId: TeamId.nullable().default(null),
        workflowId: WorkflowId.nullable().default(null),
        version: z.number().int().nullable().default(null),
        source,
      }),
    )
    .mutation(({ ctx, input: { workflowId, ...wanted } }) =>
      ctx.workflows.save(ctx.actor, { ...wanted, id: workflowId }),
    ),
  remove: personProcedure.input(one).mutation(({ ctx, input }) => ctx.workflows.remove(ctx.actor, input.workflowId)),
  renewHook: personProcedure
    .input(one)
    .mutation(({ ctx, input }) => ctx.workflows.renewHook(ctx.actor, input.workflowId)),
  run: personProcedure
    .input(one.extend({ inputs: z.record(z.string().max(100), z.unknown()).default({}) }))
    .mutation(({ ctx, input }) => ctx.workflows.run(ctx.actor, input.workflowId, input.inputs)),
  runs: personProcedure.input(one).query(({ ctx, input }) => ctx.workflows.runs(ctx.actor, input.workflowId)),
  runOf: personProcedure.input(run).query(({ ctx, input }) => ctx.workflows.runOf(ctx.actor, input.runId)),
  logs: personProcedure
    .input(resumed)
    .subscription(({ ctx, input, signal }) =>
      resumable(ctx.workflows.logs(ctx.actor, input.runId, resumeOf(input, signal))),
    ),
  onRun: personProcedure
    .input(resumed)
    .subscription(({ ctx, input, signal }) =>
      resumable(ctx.workflows.onRun(ctx.actor, input.runId, resumeOf(input, signal))),
    ),
  cancel: personProcedure.input(run).mutation(({ ctx, input }) => ctx.workflows.cancel(ctx.actor, input.runId)),
  approve: personProcedure
    .input(run.extend({ stepId: WorkflowStepId.nullable().default(null), accept: z.boolean().default(true) }))
    .mutation(({ ctx, input }) => ctx.workflows.approve(ctx.actor, input.runId, input.stepId, input.accept)),
  rerun: personProcedure.input(run).mutation(({ ctx, input }) => ctx.workflows.rerun(ctx.actor, input.runId)),
})
