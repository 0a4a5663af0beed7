import { z } from 'zod'
import { TeamId, WorkspaceId } from './ids.ts'

/** Whose secrets or rules: the actor's own, a team's, or a single workspace's. */
export type Owner =
  | { readonly kind: 'self' }
  | { readonly kind: 'team'; readonly teamId: TeamId }
  | { readonly kind: 'workspace'; readonly workspaceId: WorkspaceId }

/** `teamId`, `workspaceId` or neither. */
export const OwnerInput = z.object({
  teamId: TeamId.nullable().default(null),
  workspaceId: WorkspaceId.nullable().default(null),
})

export function ownerFrom({ teamId, workspaceId }: z.infer<typeof OwnerInput>): Owner {
  if (workspaceId !== null) return { kind: 'workspace', workspaceId }
  return teamId === null ? { kind: 'self' } : { kind: 'team', teamId }
}
