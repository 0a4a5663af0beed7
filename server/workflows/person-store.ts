import type { UserId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import type { WorkflowOwner } from './workflow-store.ts'

/** Who stands behind what GitHub tells of, and how people are reached. */
export class PersonStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Whether somebody of GitHub's may run this owner's workflows. */
  async mayRun(githubId: number, { ownerId, teamId }: WorkflowOwner): Promise<boolean> {
    const user = await this.#database.user.findUnique({
      where: { githubId: BigInt(githubId) },
      select: {
        id: true,
        status: true,
        memberships: { where: { teamId: teamId ?? '00000000-0000-0000-0000-000000000000' } },
      },
    })
    if (user === null || user.status !== 'active') return false
    return teamId === null ? user.id === ownerId : user.memberships.some(({ role }) => role !== 'viewer')
  }

  async emailOf(userId: UserId): Promise<string | null> {
    const user = await this.#database.user.findUnique({ where: { id: userId }, select: { email: true } })
    return user?.email ?? null
  }

  async githubIdOf(userId: UserId): Promise<number | null> {
    const user = await this.#database.user.findUnique({ where: { id: userId }, select: { githubId: true } })
    return user?.githubId === null || user?.githubId === undefined ? null : Number(user.githubId)
  }
}
