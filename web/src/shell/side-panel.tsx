import { t } from '@lingui/core/macro'
import type { TeamId, WorkspaceId } from '@arcx/router'
import type { TabView } from '@arcx/desktop-contract/contract'
import { useLiveTeamPresence, useLiveWorkspacePresence } from '../presence/live.ts'
import { PresencePanel } from '../presence/panel.tsx'
import { useWhereabouts } from '../presence/whereabouts.ts'
import { useWorkspaces } from '../workspaces/live.ts'

/** Who is in the workspace in front, and who of its team is elsewhere. */
export function SidePanel({ tab }: { tab: TabView }) {
  const { data: workspaces } = useWorkspaces()
  const workspace = workspaces?.find(({ id }) => id === tab.workspaceId)
  if (workspace === undefined) return <div className="skeleton h-24 w-full" />
  return (
    <>
      <InWorkspace workspaceId={workspace.id} />
      {workspace.teamId !== null && <InTeam teamId={workspace.teamId} />}
    </>
  )
}

function InWorkspace({ workspaceId }: { workspaceId: WorkspaceId }) {
  useLiveWorkspacePresence(workspaceId)
  useWhereabouts(workspaceId)
  return <PresencePanel scope={workspaceId} title={t`In this workspace`} />
}

function InTeam({ teamId }: { teamId: TeamId }) {
  useLiveTeamPresence(teamId)
  return <PresencePanel scope={teamId} title={t`The whole team`} />
}
