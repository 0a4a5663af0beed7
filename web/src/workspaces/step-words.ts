import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { WorkspaceStep } from '@arcx/router'

const words: Readonly<Record<WorkspaceStep, MessageDescriptor>> = {
  'Waiting for its turn': msg`Waiting for its turn`,
  'Preparing the home directory': msg`Preparing the home directory`,
  'Starting the container': msg`Starting the container`,
  'Waiting for VS Code': msg`Waiting for VS Code`,
  Restarting: msg`Restarting`,
  'Restarting under its new name': msg`Restarting under its new name`,
  'Starting again': msg`Starting again`,
  Stopping: msg`Stopping`,
  Deleting: msg`Deleting`,
}

/** What the server calls a step, in the language of the interface; as it comes where it is none of those known here. */
export function stepInWords(step: string): string {
  const known: MessageDescriptor | undefined = words[step as WorkspaceStep]
  return known === undefined ? step : i18n._(known)
}
