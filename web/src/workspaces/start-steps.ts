const usual = [
  'Waiting for its turn',
  'Preparing the home directory',
  'Starting the container',
  'Waiting for VS Code',
] as const
const restarts = ['Restarting', 'Restarting under its new name', 'Starting again'] as const

/** The server's names of what a start goes through. */
export type StartStep = (typeof usual)[number] | (typeof restarts)[number]

/** A restart begins with the end of the container that was: that stands in the place of the wait. */
export function startSteps(step: string | null): readonly StartStep[] {
  const restart = restarts.find((name) => name === step)
  return restart === undefined ? usual : [restart, ...usual.slice(1)]
}
