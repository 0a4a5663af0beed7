import { setTimeout as pause } from 'node:timers/promises'
import { ArcError } from '@arcx/router'
import type { Workspace, WorkspaceState } from '@arcx/router'
import { memberOf } from '../expressions/value.ts'
import type { StepInput } from './kinds.ts'
import { StepFailed, done } from './step.ts'
import type { StepContext, StepOutcome } from './step.ts'

const lookMs = 400

type Named = StepInput<'workspace/start'>

/** A workspace of whoever the workflow is of. @throws {StepFailed} */
export async function findOwn(context: StepContext, name: string): Promise<Workspace> {
  const found = await lookFor(context, name)
  if (found === null)
    throw new StepFailed(
      `There is no workspace “${name}” that this workflow may use: it uses ${context.owner.teamId === null ? 'those of its owner' : 'the team’s'} alone. Correct the name, or create it first with workspace/create.`,
    )
  return found
}

async function lookFor({ ports, actor, owner }: StepContext, name: string): Promise<Workspace | null> {
  try {
    const workspace = await ports.workspaces.getByName(actor, name)
    // Another's workspaces are none of this workflow's, also where the person whom it acts for may use them.
    return workspace.teamId === owner.teamId && workspace.ownerId === owner.ownerId ? workspace : null
  } catch (error) {
    if (error instanceof ArcError && error.code === 'workspace_not_found') return null
    throw error
  }
}

/** The name is taken down first: one that is there after a crash is this step's own, and used. */
export async function createWorkspace({ name }: Named, context: StepContext): Promise<StepOutcome> {
  const { ports, actor, owner, progress, log } = context
  const begun = await progress.get()
  const known = await lookFor(context, name)
  if (known !== null && memberOf(begun, 'creating') !== name)
    throw new StepFailed(`There is a workspace “${name}” already. Choose another name, or use workspace/start.`)
  if (known === null) {
    await progress.set({ creating: name })
    log.line(`Creating the workspace ${name}`)
    await ports.workspaces.create(actor, name, owner.teamId)
  }
  const workspace = await untilState(context, await findOwn(context, name), 'running')
  return done({ id: workspace.id, name, url: workspace.url })
}

export async function startWorkspace({ name }: Named, context: StepContext): Promise<StepOutcome> {
  const found = await findOwn(context, name)
  context.log.line(`Starting ${name}`)
  if (found.state !== 'running') await settled(() => context.ports.workspaces.start(context.actor, found.id), context)
  const workspace = await untilState(context, found, 'running')
  return done({ id: workspace.id, name, url: workspace.url })
}

export async function stopWorkspace({ name }: Named, context: StepContext): Promise<StepOutcome> {
  const found = await findOwn(context, name)
  context.log.line(`Stopping ${name}`)
  await settled(() => context.ports.workspaces.stop(context.actor, found.id), context)
  await untilState(context, found, 'stopped')
  return done()
}

export async function deleteWorkspace({ name }: Named, context: StepContext): Promise<StepOutcome> {
  const found = await lookFor(context, name)
  if (found === null) return done()
  context.log.line(`Deleting ${name}`)
  await context.ports.workspaces.remove(context.actor, found.id)
  while ((await lookFor(context, name))?.id === found.id) await pause(lookMs, undefined, { signal: context.signal })
  return done()
}

/** What is on its way to another state is waited for. */
async function settled(command: () => Promise<unknown>, { signal }: StepContext): Promise<void> {
  for (;;) {
    try {
      await command()
      return
    } catch (error) {
      if (!(error instanceof ArcError) || error.code !== 'workspace_busy') throw error
      await pause(lookMs, undefined, { signal })
    }
  }
}

export async function untilState(
  { ports, actor, signal }: StepContext,
  { id, name }: Workspace,
  state: WorkspaceState,
): Promise<Workspace> {
  for (;;) {
    const workspace = await ports.workspaces.get(actor, id)
    if (workspace.state === state) return workspace
    if (workspace.state === 'failed')
      throw new StepFailed(`${name} has failed: ${workspace.reason ?? 'nobody knows why'}`)
    if (workspace.state === 'deleting') throw new StepFailed(`${name} is being deleted.`)
    if (state === 'running' && workspace.state === 'stopped')
      throw new StepFailed(`${name} was stopped while it started.`)
    await pause(lookMs, undefined, { signal })
  }
}
