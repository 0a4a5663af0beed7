import type { Command } from '@commander-js/extra-typings'
import type { UsageRow } from '@arcx/router'
import { table } from '../output/output.ts'
import type { Sessions } from '../session.ts'
import { teamNamed } from '../team.ts'
import { countOf } from './count.ts'

const dayMs = 24 * 3600 * 1000
const dayBefore = (days: number) => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10)
const hours = (seconds: number) => (seconds / 3600).toFixed(1)

export function addUsageCommand(program: Command, sessions: Sessions): void {
  program
    .command('usage')
    .description('Show what your workspaces, or a team’s, have used.')
    .option('--team <name>', 'of a team')
    .option('--days <days>', 'of how many days, with today', countOf('--days', 1, 365), 30)
    .action(async ({ team, days }, command) => {
      const session = sessions.of(command)
      const server = await session.server()
      const span = { from: dayBefore(days - 1), to: dayBefore(0) }
      const usage =
        team === undefined
          ? await server.api.usage.mine.query(span)
          : await server.api.usage.ofTeam.query({ teamId: await teamNamed(server, team), span })
      const { budget, hoursThisMonth, rows } = usage
      const byName = Map.groupBy(rows, ({ workspaceName }) => workspaceName)
      const sum = (some: readonly UsageRow[], of: (row: UsageRow) => number) =>
        some.reduce((total, row) => total + of(row), 0)
      const lines = [...byName].map(([name, some]) => [
        name,
        hours(sum(some, (row) => row.awakeSeconds)),
        hours(sum(some, (row) => row.cpuSeconds)),
        (sum(some, (row) => row.trafficBytes) / 1e9).toFixed(2),
      ])
      session.output.result(usage, [
        ...table(['WORKSPACE', 'HOURS AWAKE', 'CPU HOURS', 'TRAFFIC GB'], lines),
        '',
        budget === null
          ? `This month: ${hoursThisMonth.toFixed(1)} hours awake.`
          : `This month: ${hoursThisMonth.toFixed(1)} of ${budget.hours} hours awake.`,
      ])
    })
}
