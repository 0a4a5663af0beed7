import { Argument } from '@commander-js/extra-typings'
import type { Command } from '@commander-js/extra-typings'
import type { Tier } from '@arcx/router'
import { Failure, exitCodes } from '../failure.ts'
import { table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import { countOf } from './count.ts'

const tierNames = ['free', 'pro', 'team'] as const satisfies readonly Tier[]

/** What plans hold, and who has which. */
export function addTierCommands(admin: Command, sessions: Sessions): void {
  const tiers = admin.command('tiers').description('What each plan holds.')
  tiers
    .command('ls')
    .description('Show it.')
    .action(async (_options, command) => {
      const session = sessions.asAdmin(command)
      const all = await (await session.server()).api.admin.tiers.list.query()
      session.output.result(
        all,
        table(
          ['PLAN', 'WORKSPACES', 'MEMBERS'],
          all.map(({ tier, workspaces, members }) => [tier, String(workspaces), String(members)]),
        ),
      )
    })
  tiers
    .command('set')
    .description('Change it. What runs goes on where a limit is lowered; what is new is refused.')
    .addArgument(new Argument('<plan>').choices(tierNames))
    .option('--workspaces <count>', 'of a person, or of a team', countOf('--workspaces', 0, 100_000))
    .option('--members <count>', 'of a team', countOf('--members', 1, 100_000))
    .action(async (plan, { workspaces, members }, command) => {
      const session = sessions.asAdmin(command)
      const { api } = await session.server()
      const now = (await api.admin.tiers.list.query()).find(({ tier }) => tier === plan)
      if (now === undefined || (workspaces === undefined && members === undefined))
        throw new Failure('Say what to change: --workspaces, --members.', 'usage', exitCodes.usage)
      const limits = { tier: now.tier, workspaces: workspaces ?? now.workspaces, members: members ?? now.members }
      await api.admin.tiers.update.mutate(limits)
      session.output.result(
        limits,
        `The ${plan} plan holds ${limits.workspaces} workspaces and ${limits.members} members.`,
      )
    })
  tiers
    .command('give')
    .description('Give a person or a team a plan.')
    .addArgument(new Argument('<plan>', '“none” for a team that counts for its owner').choices([...tierNames, 'none']))
    .option('--user <login>', 'to a person')
    .option('--team <name>', 'to a team')
    .action(async (plan, { user, team }, command) => {
      const session = sessions.asAdmin(command)
      const { api } = await session.server()
      const tier = tierNames.find((name) => name === plan) ?? null
      if ((user === undefined) === (team === undefined) || (tier === null && user !== undefined))
        throw new Failure('Say to whom: --user with a plan, or --team.', 'usage', exitCodes.usage)
      if (user !== undefined && tier !== null) {
        const [found, another] = await api.admin.users.list.query({ login: user })
        if (found === undefined || another !== undefined)
          throw new Failure(`There is nobody called ${user}, or several are.`, 'user_not_found', exitCodes.refused)
        await api.admin.users.setTier.mutate({ userId: found.id, tier })
      }
      if (team !== undefined) {
        const found = (await api.admin.teams.list.query({ search: team })).find(({ name }) => name === team)
        if (found === undefined) throw new Failure(`There is no team ${team}.`, 'team_not_found', exitCodes.refused)
        await api.admin.teams.setTier.mutate({ teamId: found.id, tier })
      }
      session.output.result({ user, team, tier }, `${user ?? `The team ${team}`} has the plan ${plan} now.`)
    })
}
