import { randomUUID } from 'node:crypto'
import { Account, UserId } from '@arcx/router'
import type { AccountStatus, Tier } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface PersonRow {
  readonly id: UserId
  readonly login: string
  readonly name: string
  readonly role: 'member' | 'admin'
  readonly tier: Tier
  readonly status: AccountStatus
}

/** As GitHub knows somebody. */
export interface GitHubPerson {
  readonly githubId: number
  readonly login: string
  readonly name: string
  readonly email: string
}

const PersonRow = Account.pick({ id: true, login: true, name: true, role: true, tier: true, status: true })
const columns = { id: true, login: true, name: true, role: true, tier: true, status: true } as const

/** People's accounts. */
export class PersonStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Whoever GitHub means by its number, with what it calls them now; `undefined` for somebody new. */
  async refresh(unit: Unit, { githubId, login, name, email }: GitHubPerson): Promise<PersonRow | undefined> {
    const [known] = await queriesOf(unit).user.updateManyAndReturn({
      where: { githubId: BigInt(githubId) },
      data: { login, name, email },
      select: columns,
    })
    return known === undefined ? undefined : PersonRow.parse(known)
  }

  /** Who GitHub means by its number; null for somebody who is not here. */
  async idOfGitHub(githubId: number): Promise<UserId | null> {
    const row = await this.#database.user.findUnique({ where: { githubId: BigInt(githubId) }, select: { id: true } })
    return row === null ? null : UserId.parse(row.id)
  }

  async add(
    unit: Unit,
    { githubId, ...person }: GitHubPerson & { readonly status: 'active' | 'waiting_payment' },
  ): Promise<PersonRow> {
    const row = await queriesOf(unit).user.create({
      data: { id: randomUUID(), githubId: BigInt(githubId), ...person },
      select: columns,
    })
    return PersonRow.parse(row)
  }

  /** The person at this machine: it is their own, so they administer it, and its size is the only limit worth having. */
  async findOrAddLocal(unit: Unit, login: string): Promise<PersonRow> {
    // Raw, as Prisma knows nothing of the index by which a login is unique among those without a number of GitHub's.
    const [row] = await queriesOf(unit).$queryRaw<unknown[]>`
      INSERT INTO "User" ("id", "login", "name", "role", "tier")
      VALUES (${randomUUID()}::uuid, ${login}, ${login}, 'admin', 'team')
      ON CONFLICT ("login") WHERE "githubId" IS NULL DO UPDATE SET "login" = excluded."login"
      RETURNING "id", "login", "name", "role", "tier", "status"`
    return PersonRow.parse(row)
  }

  account(userId: UserId) {
    return this.#database.user.findUniqueOrThrow({
      where: { id: userId },
      select: { login: true, name: true, email: true, githubId: true, role: true, tier: true, createdAt: true },
    })
  }

  /** Shuts somebody out for good; `undefined` where there is nobody of that id. */
  async leave(unit: Unit, userId: UserId): Promise<{ readonly login: string } | undefined> {
    const [leaving] = await queriesOf(unit).user.updateManyAndReturn({
      where: { id: userId },
      data: { status: 'leaving' },
      select: { login: true },
    })
    return leaving
  }

  /** Those who leave, and are not gone yet. */
  async leaving(): Promise<readonly UserId[]> {
    const rows = await this.#database.user.findMany({ where: { status: 'leaving' }, select: { id: true } })
    return rows.map(({ id }) => UserId.parse(id))
  }

  /** Removes somebody who leaves; null where there is nobody. */
  async removeLeaving(unit: Unit, userId: UserId): Promise<{ readonly login: string } | null> {
    const leaving = { id: userId, status: 'leaving' } as const
    const { user } = queriesOf(unit)
    const removed = await user.findFirst({ where: leaving, select: { login: true } })
    return (await user.deleteMany({ where: leaving })).count > 0 ? removed : null
  }
}
