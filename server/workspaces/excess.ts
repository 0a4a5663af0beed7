import { WorkspaceId } from '@arcx/router'
import type { Actor } from '@arcx/router'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { WorkspaceChanges } from './changes.ts'
import type { WorkspaceQuota } from './quota.ts'
import type { QuotaHolder, WorkspaceOwner, WorkspaceRow, WorkspaceStore } from './store.ts'

export interface ExcessDependencies {
  readonly store: WorkspaceStore
  readonly changes: WorkspaceChanges
  readonly quota: WorkspaceQuota
  readonly unitOfWork: UnitOfWork
  poke(id: WorkspaceId): void
}

/**
 * Stops what runs beyond what somebody's plan holds; whatever was used last goes on, and nothing is deleted. For a plan that
 * has ended: a limit that an administrator lowers stops nothing.
 */
export async function stopExcess(
  { store, changes, quota, unitOfWork, poke }: ExcessDependencies,
  actor: Actor,
  owner: QuotaHolder,
): Promise<void> {
  const found = await unitOfWork(actor, (unit) => quota.limitFor(unit, owner))
  if (found === null) return
  await stop({ changes, poke }, actor, (await store.awakeOf(found.holder)).slice(found.limit))
}

/** Stops what runs of somebody's own, or of a team's. */
export async function stopAllOf(
  { store, changes, poke }: Omit<ExcessDependencies, 'quota' | 'unitOfWork'>,
  actor: Actor,
  owner: WorkspaceOwner,
): Promise<void> {
  const rows = await store.ownedBy(owner)
  await stop(
    { changes, poke },
    actor,
    rows.filter(({ state }) => state === 'starting' || state === 'running'),
  )
}

async function stop(
  { changes, poke }: Pick<ExcessDependencies, 'changes' | 'poke'>,
  actor: Actor,
  rows: readonly WorkspaceRow[],
): Promise<void> {
  for (const row of rows) {
    const id = WorkspaceId.parse(row.id)
    const stopping = await changes.move(id, { to: 'stopping', step: 'Stopping', actor, action: 'stop' })
    if (stopping !== null) poke(id)
  }
}
