import { randomUUID } from 'node:crypto'
import { Account, InviteId, WorkspaceId } from '@arcx/router'
import type { UserId } from '@arcx/router'
import type { Database, Prisma } from '@arcx/prisma'
import { likeLiteral } from '@arcx/prisma/like'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface InviteRow {
  readonly id: InviteId
  readonly uses: number
  readonly maxUses: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

export interface AccountChange {
  readonly role?: 'member' | 'admin'
  readonly status?: 'active' | 'suspended'
}

/** Which accounts: what is like `search`, newest first and no more than a page can show, or all that are called `login`. */
export type AccountFilter = { readonly search: string } | { readonly login: string }

const listLimit = 200
const inviteColumns = {
  id: true,
  uses: true,
  maxUses: true,
  createdAt: true,
  expiresAt: true,
  revokedAt: true,
} as const

/** What whoever runs the server sees and changes of its people. */
export class AdminStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async overview() {
    const { session, user, waitlistEntry, workspace } = this.#database
    const [people, workspaces, sessions, waiting] = await Promise.all([
      user.groupBy({ by: 'status', _count: { _all: true } }),
      workspace.groupBy({ by: 'state', _count: { _all: true } }),
      session.count({ where: { endedAt: null, expiresAt: { gt: new Date() } } }),
      waitlistEntry.count({ where: { invitedAt: null } }),
    ])
    return {
      people: Object.fromEntries(people.map(({ status, _count: { _all: count } }) => [status, count])),
      workspaces: Object.fromEntries(workspaces.map(({ state, _count: { _all: count } }) => [state, count])),
      sessions,
      waiting,
    }
  }

  /** Workspaces, newest first, with whose they are; `search` is held against their names as well. */
  async workspaces(filter: AccountFilter) {
    const rows = await this.#database.workspace.findMany({
      where: ownedBy(filter),
      ...mostOf(filter),
      select: { id: true, owner: { select: { login: true } }, team: { select: { name: true } } },
      orderBy: { createdAt: 'desc' },
    })
    return rows.map(({ id, owner, team }) => ({
      id: WorkspaceId.parse(id),
      ownerLogin: owner?.login ?? null,
      teamName: team?.name ?? null,
    }))
  }

  async users(filter: AccountFilter): Promise<readonly Account[]> {
    const users = await this.#database.user.findMany({
      where: calledSo(filter),
      ...mostOf(filter),
      select: {
        id: true,
        login: true,
        name: true,
        email: true,
        role: true,
        tier: true,
        status: true,
        createdAt: true,
      },
      orderBy: { createdAt: 'desc' },
    })
    // Asked for by itself: with them, Prisma would count everybody's.
    const counts = await this.#database.workspace.groupBy({
      by: 'ownerId',
      where: { ownerId: { in: users.map(({ id }) => id) } },
      _count: { _all: true },
    })
    const workspacesOf = new Map(counts.map(({ ownerId, _count: { _all: count } }) => [ownerId, count]))
    return users.map((user) =>
      Account.parse({
        ...user,
        workspaces: workspacesOf.get(user.id) ?? 0,
        createdAt: user.createdAt.toISOString(),
      }),
    )
  }

  async invites(): Promise<readonly InviteRow[]> {
    const rows = await this.#database.inviteCode.findMany({
      select: inviteColumns,
      orderBy: { createdAt: 'desc' },
      take: listLimit,
    })
    return rows.map(readInvite)
  }

  async addInvite(
    unit: Unit,
    invite: { readonly hash: Uint8Array<ArrayBuffer>; readonly maxUses: number; readonly expiresAt: Date },
  ): Promise<InviteRow> {
    const row = await queriesOf(unit).inviteCode.create({
      data: { id: randomUUID(), ...invite },
      select: inviteColumns,
    })
    return readInvite(row)
  }

  /** Whether there was one to revoke. */
  async revokeInvite(unit: Unit, id: InviteId): Promise<boolean> {
    const { count } = await queriesOf(unit).inviteCode.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date() },
    })
    return count > 0
  }

  async waitlist() {
    const rows = await this.#database.waitlistEntry.findMany({ orderBy: { createdAt: 'asc' }, take: listLimit })
    return rows.map((row) => ({ ...row, githubId: Number(row.githubId) }))
  }

  /** `undefined` where nobody of that number waits. */
  async inviteFromWaitlist(unit: Unit, githubId: number): Promise<{ readonly login: string } | undefined> {
    const [entry] = await queriesOf(unit).waitlistEntry.updateManyAndReturn({
      where: { githubId: BigInt(githubId) },
      data: { invitedAt: new Date() },
      select: { login: true },
    })
    return entry
  }

  /** `undefined` where there is nobody of that id, or they leave. */
  async change(unit: Unit, id: UserId, change: AccountChange): Promise<{ readonly login: string } | undefined> {
    const [changed] = await queriesOf(unit).user.updateManyAndReturn({
      where: { id, status: { not: 'leaving' } },
      data: change,
      select: { login: true },
    })
    return changed
  }
}

const mostOf = (filter: AccountFilter): { readonly take?: number } => ('login' in filter ? {} : { take: listLimit })

function ownedBy(filter: AccountFilter): Prisma.WorkspaceWhereInput {
  if ('login' in filter) return { owner: { loweredLogin: filter.login.toLowerCase() } }
  if (filter.search === '') return {}
  const like = containing(filter.search)
  return { OR: [{ name: like }, { owner: { login: like } }, { team: { name: like } }] }
}

function calledSo(filter: AccountFilter): Prisma.UserWhereInput {
  if ('login' in filter) return { loweredLogin: filter.login.toLowerCase() }
  if (filter.search === '') return {}
  const like = containing(filter.search)
  return { OR: [{ login: like }, { name: like }, { email: like }] }
}

/** Prisma hands a text on to ILIKE as it is. */
const containing = (text: string) => ({ contains: likeLiteral(text), mode: 'insensitive' }) as const

function readInvite({ id, ...row }: Omit<InviteRow, 'id'> & { readonly id: string }): InviteRow {
  return { ...row, id: InviteId.parse(id) }
}
