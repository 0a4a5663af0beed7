import type { Invitation, Workspace } from '@arcx/router'

/** Something to tell somebody who looks elsewhere, and where a click on it leads. */
export interface Note {
  /** A later note with the same key takes the place of an earlier one. */
  readonly key: string
  readonly title: string
  readonly body: string
  readonly leads:
    | { readonly to: 'workspace'; readonly workspaceId: string }
    | { readonly to: 'page'; readonly path: string }
}

/** Minutes before an idle stop at which its people are told. */
const warnMs = 5 * 60_000

/** What has happened to workspaces between two lists; nothing about what somebody looks at (`watched`). */
export function workspaceNews(
  before: readonly Workspace[],
  after: readonly Workspace[],
  watched: string | null,
): readonly Note[] {
  const known = new Map(before.map((workspace) => [workspace.id as string, workspace]))
  return after.flatMap((workspace): readonly Note[] => {
    const former = known.get(workspace.id)
    if (former === undefined || former.state === workspace.state || workspace.id === watched) return []
    const leads = { to: 'workspace', workspaceId: workspace.id } as const
    const key = `workspace ${workspace.id}`
    if (workspace.state === 'running')
      return [{ key, title: `${workspace.name} is ready`, body: 'Click to open it.', leads }]
    if (workspace.state === 'failed')
      return [
        {
          key,
          title: `${workspace.name} failed`,
          body: workspace.reason ?? 'Its page says why.',
          leads: { to: 'page', path: `/workspaces/${workspace.name}` },
        },
      ]
    // Stopped by itself: a stop that somebody asked for carries no reason.
    if (workspace.state === 'stopped' && workspace.reason !== null)
      return [{ key, title: `${workspace.name} has stopped`, body: workspace.reason, leads }]
    return []
  })
}

/** When to look whether a workspace is about to be stopped for want of use; null where that cannot come. */
export function idleWarningAt(workspace: Workspace, idleTimeoutSeconds: number): number | null {
  if (idleTimeoutSeconds === 0 || workspace.state !== 'running' || workspace.lastActivityAt === null) return null
  const stops = Date.parse(workspace.lastActivityAt) + idleTimeoutSeconds * 1000
  return stops - Math.min(warnMs, (idleTimeoutSeconds * 1000) / 2)
}

export function idleNote(workspace: Workspace, idleTimeoutSeconds: number, now: number): Note | null {
  const at = idleWarningAt(workspace, idleTimeoutSeconds)
  if (at === null || at > now) return null
  const left = Date.parse(workspace.lastActivityAt ?? '') + idleTimeoutSeconds * 1000 - now
  if (left <= 0) return null
  const minutes = Math.max(1, Math.round(left / 60_000))
  return {
    key: `idle ${workspace.id}`,
    title: `${workspace.name} stops soon`,
    body: `Nobody has used it for a while; it stops in about ${minutes === 1 ? 'a minute' : `${minutes} minutes`}. Click to go on.`,
    leads: { to: 'workspace', workspaceId: workspace.id },
  }
}

/** Invitations that were not there before; `before` null for the first look, which tells nothing old. */
export function invitationNews(before: readonly Invitation[] | null, after: readonly Invitation[]): readonly Note[] {
  if (before === null) return []
  const known = new Set(before.map(({ teamId }) => teamId))
  return after
    .filter(({ teamId }) => !known.has(teamId))
    .map(({ teamId, teamName, invitedBy }) => ({
      key: `invitation ${teamId}`,
      title: `You are invited to ${teamName}`,
      body: invitedBy === null ? 'Click to answer.' : `${invitedBy} asks you to join. Click to answer.`,
      leads: { to: 'page', path: '/dashboard' },
    }))
}
