import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import type { PresencePlace, Present } from '@arcx/router'

const clientWords: Readonly<Record<PresencePlace['client'], MessageDescriptor>> = {
  web: msg`in the dashboard`,
  desktop: msg`in the desktop app`,
  ide: msg`in the editor`,
  cli: msg`in a terminal`,
  agent: msg`at work`,
}
const restWords: Readonly<Record<Exclude<PresencePlace['state'], 'active'>, MessageDescriptor>> = {
  idle: msg`idle`,
  away: msg`away`,
}

/** What somebody is called: an agent by its own name and whose it is. */
export const nameOf = (present: Present): string =>
  present.agent === null ? present.name : t`${present.agent} (${present.login}’s agent)`

/** Where they are, in words: `src/main.ts:12 in shared-work, typing`. */
export function whereOf(
  { client, workspaceId, file, line, typing, state }: PresencePlace,
  nameOfWorkspace: (id: string) => string | undefined,
): string {
  const workspace = workspaceId === null ? undefined : nameOfWorkspace(workspaceId)
  const at = file === null ? i18n._(clientWords[client]) : line === null ? file : `${file}:${line}`
  const within = workspace === undefined ? at : file === null ? `${workspace}, ${at}` : t`${at} in ${workspace}`
  return [within, ...(typing ? [t`typing`] : []), ...(state === 'active' ? [] : [i18n._(restWords[state])])].join(', ')
}
