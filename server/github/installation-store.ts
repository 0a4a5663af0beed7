import { TeamId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface InstallationRow {
  /** GitHub's number of it. */
  readonly id: number
  readonly account: string
  readonly teamId: TeamId
  readonly teamName: string
}

/** Which installation of the App is which team's. */
export class InstallationStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async all(): Promise<readonly InstallationRow[]> {
    const rows = await this.#database.gitHubInstallation.findMany({
      where: { team: { deletingAt: null } },
      select: { id: true, account: true, teamId: true, team: { select: { name: true } } },
    })
    return rows.map(({ team, teamId, ...row }) => ({ ...row, teamId: TeamId.parse(teamId), teamName: team.name }))
  }

  /** Whose it is, until the unit is over; null for nobody's. */
  async hold(unit: Unit, id: number): Promise<TeamId | null> {
    // Raw, as Prisma has no row locks.
    const [row] = await queriesOf(unit).$queryRaw<{ readonly teamId: string }[]>`
      SELECT "teamId" FROM "GitHubInstallation" WHERE "id" = ${id} FOR SHARE`
    return row === undefined ? null : TeamId.parse(row.teamId)
  }

  /** Null where no team is called so. */
  async teamCalled(unit: Unit, name: string): Promise<TeamId | null> {
    const row = await queriesOf(unit).team.findFirst({ where: { name, deletingAt: null }, select: { id: true } })
    return row === null ? null : TeamId.parse(row.id)
  }

  async connect(unit: Unit, id: number, account: string, teamId: TeamId): Promise<void> {
    await queriesOf(unit).gitHubInstallation.create({ data: { id, account, teamId }, select: { id: true } })
  }

  /** Whose they were; without ids, of all. */
  async disconnect(
    unit: Unit,
    which: { readonly id: number } | { readonly teamId: TeamId } | 'all',
  ): Promise<readonly TeamId[]> {
    const { gitHubInstallation } = queriesOf(unit)
    const where = which === 'all' ? {} : which
    const rows = await gitHubInstallation.findMany({ where, select: { teamId: true } })
    await gitHubInstallation.deleteMany({ where })
    return rows.map(({ teamId }) => TeamId.parse(teamId))
  }
}
