import { z } from 'zod'
import { stepKinds } from '../steps/kinds.ts'
import { Triggers, identifier } from './triggers.ts'

export const limits = { jobs: 50, steps: 50, matrix: 64, runJobs: 128, runSteps: 500, env: 50, name: 60 } as const

const minutes = (most: number) => z.number().min(0.1).max(most)
const Condition = z.union([z.string().max(2000), z.boolean().transform(String)])
const Scalar = z.union([z.string().max(4000), z.number(), z.boolean()])
const Environment = z
  .record(z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'is no name of an environment variable'), Scalar)
  .refine((values) => Object.keys(values).length <= limits.env, { error: `has more than ${limits.env} variables` })
  .describe('Environment variables, by name. Values may hold expressions.')

const step = {
  id: identifier.optional().describe('By which expressions find what it put out: `steps.ID.outputs.NAME`.'),
  name: z.string().max(100).optional(),
  if: Condition.optional().describe('An expression; without one, the step runs where all before it succeeded.'),
  'timeout-minutes': minutes(300).optional(),
  'continue-on-error': z.boolean().default(false),
  retry: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('How often it is tried again after a failure, or where it was cut off and may have had its effect.'),
}

export const RunStep = z.strictObject({
  ...step,
  run: z
    .string()
    .min(1)
    .max(20_000)
    .describe('A script for bash, which ends at its first failure. It holds no expressions: those stand in `env`.'),
  workspace: z.string().min(1).max(200).optional().describe('Where it runs; without it, the job’s.'),
  'working-directory': z.string().min(1).max(500).optional(),
  env: Environment.optional(),
})

export const UsesStep = z.strictObject({
  ...step,
  uses: z.enum(Object.keys(stepKinds) as [keyof typeof stepKinds, ...(keyof typeof stepKinds)[]]),
  with: z.record(z.string(), z.unknown()).default({}),
})

export type RunStep = z.infer<typeof RunStep>
export type UsesStep = z.infer<typeof UsesStep>
export type Step = RunStep | UsesStep

const Matrix = z.record(identifier, z.array(Scalar).min(1).max(limits.matrix))

/** `steps` apart, as what a step is decides how it is read. */
export const jobShape = {
  name: z.string().max(100).optional(),
  needs: z
    .union([identifier.transform((one) => [one]), z.array(identifier).max(limits.jobs)])
    .default([])
    .describe('Jobs that come first.'),
  if: Condition.optional(),
  strategy: z
    .strictObject({
      matrix: Matrix.describe('The job runs once for each combination of these values, as `matrix.NAME`.'),
      'fail-fast': z.boolean().default(true).describe('Whether a failure ends the other combinations.'),
    })
    .optional()
    .describe('Several runs of the job, with other values each.'),
  workspace: z.string().min(1).max(200).optional().describe('Where `run` steps run.'),
  env: Environment.optional(),
  'timeout-minutes': minutes(43_200)
    .optional()
    .describe('Without it, 360; of a job that waits or asks for an approval, 43200 (30 days).'),
  'continue-on-error': z.boolean().default(false),
  outputs: z
    .record(identifier, z.string().max(2000))
    .optional()
    .describe('What jobs that need it get: `needs.JOB.outputs.NAME`.'),
}

export const workflowShape = {
  name: z.string().min(1).max(limits.name).describe('Unique among the workflows of its owner.'),
  on: Triggers.describe('What starts it.'),
  env: Environment.optional(),
  concurrency: z
    .strictObject({
      group: z.string().min(1).max(200).describe('Of all runs of the owner with this group one runs at a time.'),
      'cancel-in-progress': z.boolean().default(false).describe('Whether a new one ends the one that runs.'),
    })
    .optional()
    .describe('Which runs do not run at the same time.'),
}

const jobsWith = <S extends z.ZodType>(one: S) =>
  z
    .record(identifier, z.strictObject({ ...jobShape, steps: z.array(one).min(1).max(limits.steps) }))
    .refine((jobs) => Object.keys(jobs).length > 0, { error: 'has no job' })
    .refine((jobs) => Object.keys(jobs).length <= limits.jobs, { error: `has more than ${limits.jobs} jobs` })

/** Read with steps as yet unread. */
export const WorkflowFrame = z.strictObject({ ...workflowShape, jobs: jobsWith(z.unknown()) })
export type WorkflowFrame = z.infer<typeof WorkflowFrame>
export type Job = Omit<WorkflowFrame['jobs'][string], 'steps'> & { readonly steps: readonly Step[] }
export type Workflow = Omit<WorkflowFrame, 'jobs'> & { readonly jobs: Readonly<Record<string, Job>> }

/** As it is published, each kind of step with what it takes. */
export const PublishedWorkflow = z.strictObject({
  ...workflowShape,
  jobs: jobsWith(
    z.union([
      RunStep,
      ...Object.entries(stepKinds).map(([kind, input]) =>
        z.strictObject({ ...step, uses: z.literal(kind), with: input }),
      ),
    ]),
  ),
})
