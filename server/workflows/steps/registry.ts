import { memberOf } from '../expressions/value.ts'
import type { StepInput, StepKind } from './kinds.ts'
import { done } from './step.ts'
import type { StepContext, StepOutcome } from './step.ts'
import { createWorkspace, deleteWorkspace, startWorkspace, stopWorkspace } from './workspaces.ts'

/**
 * Does a step. It may be called again for the same attempt after a crash, with what it noted in `progress`, and has the same
 * effect then.
 */
export type StepHandler<Kind extends StepKind> = (input: StepInput<Kind>, context: StepContext) => Promise<StepOutcome>

/** Every kind of step but `run`. */
export const handlers: { readonly [Kind in StepKind]: StepHandler<Kind> } = {
  'workspace/create': createWorkspace,
  'workspace/start': startWorkspace,
  'workspace/stop': stopWorkspace,
  'workspace/delete': deleteWorkspace,
  async wait({ seconds, until }, { progress }) {
    const begun = memberOf(await progress.get(), 'until')
    const time =
      typeof begun === 'string' ? begun : (until ?? new Date(Date.now() + (seconds ?? 0) * 1000).toISOString())
    await progress.set({ until: time })
    return { kind: 'waiting', until: new Date(time) }
  },
  async approval({ message }, context) {
    context.log.line(`Waiting for an approval: ${message}`)
    await notify('approval', message, context)
    return { kind: 'waiting', until: null }
  },
  async notify({ message }, context) {
    context.log.line(message)
    await notify('notice', message, context)
    return done()
  },
}

const notify = (kind: 'notice' | 'approval', text: string, { ports, actor, owner, run, workflow }: StepContext) =>
  ports.notify({ kind, ownerId: owner.ownerId, teamId: owner.teamId, workflow, run, text }, actor.userId)
