import type { TeamId } from '@arcx/router'
import { namingWhatIsMissing } from './failure.ts'
import type { Api, Server } from './server/server.ts'

/**
 * A team by its name, with its members.
 *
 * @throws `team_not_found`
 */
export function findTeam(api: Api, wanted: string) {
  return namingWhatIsMissing(
    api.teams.get.query({ name: wanted }),
    'team_not_found',
    `No such team, or you are not in it: ${wanted}. List yours with: arcx teams ls`,
  )
}

/** @throws `team_not_found` */
export async function teamNamed(server: Server, name: string): Promise<TeamId> {
  return (await findTeam(server.api, name)).id
}
