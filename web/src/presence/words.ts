import type { Place, Present } from '@arcx/router'

const clientWords: Readonly<Record<Place['client'], string>> = { web: 'in the dashboard', desktop: 'in the desktop app', ide: 'in the editor', cli: 'in a terminal', agent: 'at work' }

/** What somebody is called: an agent by its own name and whose it is. */
export const nameOf = (present: Present): string => (present.agent === null ? present.name : `${present.agent} (${present.login}’s agent)`)

/** Where they are, in words: `src/main.ts:12 in shared-work, typing`. */
export function whereOf({ client, workspaceId, file, line, typing, state }: Place, nameOfWorkspace: (id: string) => string | undefined): string {
  const workspace = workspaceId === null ? undefined : nameOfWorkspace(workspaceId)
  const at = file === null ? clientWords[client] : line === null ? file : `${file}:${line}`
  const within = workspace === undefined ? at : file === null ? `${workspace}, ${at}` : `${at} in ${workspace}`
  return `${within}${typing ? ', typing' : ''}${state === 'active' ? '' : `, ${state}`}`
}

/** A colour for somebody, the same on every screen: a hue in degrees. */
export function hueOf(id: string): number {
  let hash = 0
  for (const letter of id) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
  return (hash * 137) % 360
}
