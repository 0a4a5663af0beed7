import { z } from 'zod'
import { TeamId } from '@arcx/router'
import type { Actor, ServiceActor, UserId } from '@arcx/router'
import type { JobKind } from '../jobs/job.ts'
import { untilDone } from '../jobs/jobs.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TeamStore } from './team-store.ts'

const lookMs = 1000
const service: ServiceActor = { kind: 'service', service: 'teams' }

const removeTeam: JobKind<{ teamId: TeamId }> = {
  name: 'teams.remove',
  input: z.object({ teamId: TeamId }),
  keyOf: ({ teamId }) => teamId,
}

/** Begins the removal of all that a team has; returns how many are not gone yet. */
export type RemoveWorkspaces = (actor: Actor, teamId: TeamId) => Promise<number>

export interface TeamRemovalDependencies {
  readonly store: TeamStore
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly removeWorkspaces: RemoveWorkspaces
}

/** Begins a team's end: nobody is in it any more, and what it has is removed by a job. Returns who was in it. */
export type CloseTeam = (unit: Unit, teamId: TeamId) => Promise<readonly UserId[]>

export const openCloseTeam =
  ({ store, jobs }: Pick<TeamRemovalDependencies, 'store' | 'jobs'>): CloseTeam =>
  async (unit, teamId) => {
    const members = await store.close(unit, teamId)
    await jobs.enqueue(unit, removeTeam, { teamId })
    return members
  }

/** Removes teams whose deletion was ordered, with all that they have. */
export function handleTeamRemoval({ store, unitOfWork, jobs, removeWorkspaces }: TeamRemovalDependencies): void {
  jobs.handle(removeTeam, async ({ teamId }, { signal }) => {
    if (!(await store.closed()).includes(teamId)) return
    await untilDone(async () => (await removeWorkspaces(service, teamId)) === 0, lookMs, signal)
    await unitOfWork(service, async (unit) => {
      const team = await store.remove(unit, teamId)
      if (team !== null) unit.record({ action: 'team.removed', target: { kind: 'team', id: teamId, name: team.name } })
    })
  })
}

/** Of teams that a version without jobs began to remove. */
export async function resumeTeamRemovals({
  store,
  unitOfWork,
  jobs,
}: Omit<TeamRemovalDependencies, 'removeWorkspaces'>): Promise<void> {
  for (const teamId of await store.closed())
    await unitOfWork(service, (unit) => jobs.enqueue(unit, removeTeam, { teamId }))
}
