import { TeamId, UserId, WorkspaceId } from '@arcx/router'
import type { WebhookEventType, WorkspaceState } from '@arcx/router'
import type { PublishEvent } from '../event-webhooks/publish.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { WorkspaceRow } from './store.ts'

export type WorkspaceEvent = Extract<WebhookEventType, `workspace.${string}`>

const events: Readonly<Partial<Record<WorkspaceState, WorkspaceEvent>>> = {
  running: 'workspace.started',
  stopped: 'workspace.stopped',
  failed: 'workspace.failed',
}

/** What webhook endpoints are told once a workspace is in a state; null where it is on the way to another. */
export const eventOf = (state: WorkspaceState): WorkspaceEvent | null => events[state] ?? null

/** Tells the endpoints of whom a workspace belongs to. */
export async function publishChange(
  publish: PublishEvent,
  unit: Unit,
  row: Pick<WorkspaceRow, 'id' | 'name' | 'ownerId' | 'teamId'> & { readonly reason?: string | null },
  event: WorkspaceEvent,
): Promise<void> {
  const owner =
    row.teamId !== null
      ? { teamId: TeamId.parse(row.teamId) }
      : row.ownerId !== null
        ? { ownerId: UserId.parse(row.ownerId) }
        : null
  if (owner === null) return
  const workspace = { id: WorkspaceId.parse(row.id), name: row.name }
  if (event === 'workspace.failed') await publish(unit, owner, event, { workspace, reason: row.reason ?? null })
  else await publish(unit, owner, event, { workspace })
}
