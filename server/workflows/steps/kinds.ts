import { z } from 'zod'
import { maxNameLength } from '@arcx/router'

const Name = z.string().min(1).max(maxNameLength).describe('The name of the workspace.')

/** What each `uses:` takes as its `with:`. A new kind of step is added here, and in `registry.ts`. */
export const stepKinds = {
  'workspace/create': z.strictObject({ name: Name }),
  'workspace/start': z.strictObject({ name: Name }),
  'workspace/stop': z.strictObject({ name: Name }),
  'workspace/delete': z.strictObject({ name: Name }),
  wait: z
    .strictObject({
      seconds: z
        .number()
        .int()
        .min(1)
        .max(30 * 86_400)
        .optional()
        .describe('For so long.'),
      until: z.iso.datetime({ offset: true }).optional().describe('Until then: `2030-01-31T08:00:00Z`.'),
    })
    .refine(({ seconds, until }) => (seconds === undefined) !== (until === undefined), {
      error: 'takes either “seconds” or “until”',
    }),
  approval: z.strictObject({
    message: z.string().min(1).max(500).describe('What a person is asked.'),
  }),
  notify: z.strictObject({
    message: z.string().min(1).max(1000).describe('What the owner, or the team’s members, are told.'),
  }),
} as const

export type StepKind = keyof typeof stepKinds
export const isStepKind = (text: string): text is StepKind => Object.hasOwn(stepKinds, text)
export type StepInput<Kind extends StepKind> = z.infer<(typeof stepKinds)[Kind]>

/** What each of them does; for the reference. */
export const stepWords: Readonly<Record<StepKind, string>> = {
  'workspace/create':
    'Creates a workspace and waits until it runs. One of that name that the run has made already is used again.',
  'workspace/start': 'Starts a workspace and waits until it runs.',
  'workspace/stop': 'Stops a workspace and waits until it has stopped.',
  'workspace/delete': 'Deletes a workspace and waits until it is gone. One that is gone already is no failure.',
  wait: 'Waits for a duration or until a time. Nothing is kept busy meanwhile.',
  approval: 'Waits until a person with the right approves. A refusal ends the job as failed.',
  notify:
    'Tells webhook endpoints of the owner or the team that listen for workflow.notice; where the server dies at that moment, twice.',
}
