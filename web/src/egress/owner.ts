import { t } from '@lingui/core/macro'
import type { TeamId, WorkspaceId } from '@arcx/router'

/** Whose secrets and rules: a team's, a single workspace's, or with neither one's own. */
export interface Owner {
  readonly teamId: TeamId | null
  readonly workspaceId: WorkspaceId | null
}

export const ownself: Owner = { teamId: null, workspaceId: null }

/** What is written with spaces or commas between. */
export const listed = (text: string) => text.split(/[\s,]+/).filter((each) => each !== '')

export function whoseWorkspaces({ teamId, workspaceId }: Owner): string {
  if (workspaceId !== null) return t`this workspace`
  return teamId === null ? t`your own workspaces` : t`the team’s workspaces`
}
