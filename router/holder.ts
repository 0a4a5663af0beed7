import { z } from 'zod'
import { TeamId, WorkspaceId } from './ids.ts'

/** Whose secrets or rules: the actor's own, a team's, or a single workspace's. */
export type Holder =
  | { readonly kind: 'self' }
  | { readonly kind: 'team'; readonly teamId: TeamId }
  | { readonly kind: 'workspace'; readonly workspaceId: WorkspaceId }

/** `teamId`, `workspaceId` or neither. */
export const HolderInput = z.object({
  teamId: TeamId.nullable().default(null),
  workspaceId: WorkspaceId.nullable().default(null),
})

export function holderOf({ teamId, workspaceId }: z.infer<typeof HolderInput>): Holder {
  if (workspaceId !== null) return { kind: 'workspace', workspaceId }
  return teamId === null ? { kind: 'self' } : { kind: 'team', teamId }
}
