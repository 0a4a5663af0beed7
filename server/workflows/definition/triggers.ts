import { z } from 'zod'

const texts = (what: string) => z.array(z.string().min(1).max(200)).min(1).max(50).describe(what)
/** Whether a cron expression or a time zone is one is asked where both are known. */
export const Schedule = z.strictObject({
  cron: z.string().max(100).describe('Minute, hour, day of the month, month, day of the week: `45 8 * * 1-5`.'),
  timezone: z.string().max(60).default('UTC').describe('A name of the IANA time zone database: `Europe/Berlin`.'),
})

const described = { description: z.string().max(200).optional(), required: z.boolean().default(false) }
export const InputDefinition = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('string'), default: z.string().max(1000).optional(), ...described }),
  z.strictObject({ type: z.literal('number'), default: z.number().optional(), ...described }),
  z.strictObject({ type: z.literal('boolean'), default: z.boolean().optional(), ...described }),
  z.strictObject({
    type: z.literal('choice'),
    options: z.array(z.string().max(100)).min(1).max(50),
    default: z.string().optional(),
    ...described,
  }),
])
export type InputDefinition = z.infer<typeof InputDefinition>

export const identifier = z
  .string()
  .regex(
    /^[A-Za-z_][\w-]{0,62}$/,
    'starts with a letter or “_”, then letters, digits, “-” and “_”; at most 63 characters',
  )

const Repository = z
  .string()
  .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'is written OWNER/NAME, as on GitHub')
  .describe('`OWNER/NAME` on GitHub.')

export const Triggers = z
  .strictObject({
    workflow_dispatch: z
      .strictObject({
        inputs: z.record(identifier, InputDefinition).default({}).describe('What a person is asked for, by its name.'),
      })
      .optional()
      .describe('Started by a person.'),
    schedule: z.array(Schedule).min(1).max(10).optional().describe('At times.'),
    workflow_run: z
      .strictObject({
        workflows: texts('Names of workflows of the same owner.'),
        results: z
          .array(z.enum(['succeeded', 'failed', 'cancelled']))
          .min(1)
          .default(['succeeded']),
      })
      .optional()
      .describe('When a run of another workflow has ended.'),
    hook: z.strictObject({}).optional().describe('By an HTTP request with the secret of this workflow.'),
    workspace: z
      .strictObject({
        types: z.array(z.enum(['running', 'stopped', 'failed'])).min(1),
        names: texts('Names of workspaces; `*` stands for any characters.').optional(),
      })
      .optional()
      .describe('When a workspace of the same owner has come into a state.'),
    push: z
      .strictObject({
        repository: Repository,
        branches: texts('Names of branches; `*` stands for any characters but `/`, `**` for any.').optional(),
        paths: texts('Paths of changed files, with `*` and `**`.').optional(),
      })
      .optional()
      .describe('When something is pushed to a branch on GitHub.'),
    pull_request: z
      .strictObject({
        repository: Repository,
        types: z
          .array(z.enum(['opened', 'synchronize', 'reopened', 'closed', 'labeled', 'unlabeled']))
          .min(1)
          .default(['opened', 'synchronize', 'reopened']),
        branches: texts('Names of the branches that are to be changed.').optional(),
      })
      .optional()
      .describe('When something becomes of a pull request on GitHub.'),
    issues: z
      .strictObject({
        repository: Repository,
        types: z
          .array(z.enum(['opened', 'reopened', 'closed', 'labeled']))
          .min(1)
          .default(['opened']),
        labels: texts('With `labeled`: the labels that count.').optional(),
      })
      .optional()
      .describe('When something becomes of an issue on GitHub.'),
    issue_comment: z
      .strictObject({
        repository: Repository,
        command: z
          .string()
          .regex(/^\/[\w-]{1,40}$/, 'begins with “/”, then letters, digits and “-”')
          .describe('The first word of the comment: `/preview`.'),
      })
      .optional()
      .describe('When somebody writes a comment on GitHub that begins with a command.'),
  })
  .refine((triggers) => Object.values(triggers).some((trigger) => trigger !== undefined), {
    error: 'names nothing that starts the workflow. Write at least: workflow_dispatch: {}',
  })
export type Triggers = z.infer<typeof Triggers>
