import type { WorkspaceStep } from '@arcx/router'

const usual = [
  'Waiting for its turn',
  'Preparing the home directory',
  'Starting the container',
  'Waiting for VS Code',
] as const satisfies readonly WorkspaceStep[]
const restarts = [
  'Restarting',
  'Restarting under its new name',
  'Starting again',
] as const satisfies readonly WorkspaceStep[]

/** `connecting`: that this page waits for the server, which may be further by then. */
export type StartStep = (typeof usual)[number] | (typeof restarts)[number] | 'connecting'

/**
 * What a start goes through. A restart begins with the end of the container that was: that stands in the place of the
 * wait. Whether a workspace waits is not known before this page hears of changes.
 */
export function startSteps(step: string | null, isConnected: boolean): readonly StartStep[] {
  const restart = restarts.find((name) => name === step)
  if (restart !== undefined) return [restart, ...usual.slice(1)]
  return isConnected || isUnderway(step) ? usual : ['connecting', ...usual.slice(1)]
}

const isUnderway = (step: string | null): boolean => usual.slice(1).some((name) => name === step)
