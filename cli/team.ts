import type { TeamId } from '@arcx/router'
import { Failure, exitCodes } from './failure.ts'
import type { Server } from './server/server.ts'

/** @throws `team_not_found` */
export async function teamNamed(server: Server, name: string): Promise<TeamId> {
  const team = (await server.api.teams.list.query()).find((each) => each.name === name)
  if (team === undefined) throw new Failure(`You are in no team called ${name}.`, 'team_not_found', exitCodes.notFound)
  return team.id
}
