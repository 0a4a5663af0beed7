import type { TeamId, WorkspaceId } from '@arcx/router'
import { Failure, exitCodes } from './failure.ts'
import type { Server } from './server/server.ts'
import { teamNamed } from './team.ts'
import { findWorkspace } from './workspace.ts'

/** Whose secrets or rules a command is about. */
export const ownerOptions = [
  ['--team <name>', 'a team’s; without it or --workspace, yours'],
  ['--workspace <name>', 'a single workspace’s'],
] as const

export interface OwnerOptions {
  readonly team?: string | undefined
  readonly workspace?: string | undefined
}

/** The same owner, for a command that a message proposes. */
export const sameOwner = ({ team, workspace }: OwnerOptions): string =>
  team === undefined ? (workspace === undefined ? '' : ` --workspace ${workspace}`) : ` --team ${team}`

export async function ownerNamed(
  server: Server,
  { team, workspace }: OwnerOptions,
): Promise<{ readonly teamId: TeamId | null; readonly workspaceId: WorkspaceId | null }> {
  if (team !== undefined && workspace !== undefined)
    throw new Failure('Either --team or --workspace.', 'usage', exitCodes.usage)
  return {
    teamId: team === undefined ? null : await teamNamed(server, team),
    workspaceId: workspace === undefined ? null : (await findWorkspace(server, workspace)).id,
  }
}
