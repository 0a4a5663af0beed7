import { randomBytes, randomUUID } from 'node:crypto'
import { Account, InviteId, errors } from '@arcx/router'
import type {
  AdminPort,
  Administrator,
  Invite,
  NewInvite,
  Overview,
  OwnedWorkspace,
  Tier,
  UserId,
  WaitlistEntry,
  WorkspaceFacts,
  WorkspaceId,
} from '@arcx/router'
import type { Database, Transaction, WorkspaceRow } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'

const listLimit = 200
const dayMs = 24 * 3600 * 1000

export interface AdminNeeds {
  readonly database: Database
  readonly publicOrigin: string
  hashInvite(code: string): Buffer
  /** Ends all of a person's sessions, and closes what is open with their tokens, within the transaction. */
  shutOut(transaction: Transaction, actor: Administrator, userId: UserId): Promise<void>
  /** Drives a workspace of anybody's. @throws `workspace_not_found`, `workspace_busy`. */
  drive(actor: Administrator, id: WorkspaceId, operation: 'start' | 'stop' | 'remove'): Promise<WorkspaceFacts>
  present(row: WorkspaceRow): WorkspaceFacts
  /** Accounts have changed: what is remembered of them is old. */
  onAccountsChanged(): void
}

/** What whoever runs the server may do with its people. The router's procedure has made sure that the actor administers. */
export class Admin implements AdminPort {
  readonly #needs: AdminNeeds

  constructor(needs: AdminNeeds) {
    this.#needs = needs
  }

  async overview(): Promise<Overview> {
    const { database } = this.#needs
    const count = <R extends { readonly count: string }>(rows: readonly R[], name: (row: R) => string) =>
      Object.fromEntries(rows.map((row) => [name(row), Number(row.count)]))
    const [people, workspaces, sessions, waiting] = await Promise.all([
      database
        .selectFrom('User')
        .select(['standing', (builder) => builder.fn.countAll<string>().as('count')])
        .groupBy('standing')
        .execute(),
      database
        .selectFrom('Workspace')
        .select(['state', (builder) => builder.fn.countAll<string>().as('count')])
        .groupBy('state')
        .execute(),
      database
        .selectFrom('Session')
        .select((builder) => builder.fn.countAll<string>().as('count'))
        .where('endedAt', 'is', null)
        .where('expiresAt', '>', new Date())
        .executeTakeFirstOrThrow(),
      database
        .selectFrom('WaitlistEntry')
        .select((builder) => builder.fn.countAll<string>().as('count'))
        .where('invitedAt', 'is', null)
        .executeTakeFirstOrThrow(),
    ])
    return {
      people: count(people, (row) => row.standing),
      workspaces: count(workspaces, (row) => row.state),
      sessions: Number(sessions.count),
      waiting: Number(waiting.count),
    }
  }

  async workspaces(search: string): Promise<readonly OwnedWorkspace[]> {
    const pattern = `%${escapeLike(search)}%`
    const rows = await this.#needs.database
      .selectFrom('Workspace')
      .leftJoin('User', 'User.id', 'Workspace.ownerId')
      .leftJoin('Team', 'Team.id', 'Workspace.teamId')
      .selectAll('Workspace')
      .select(['User.login', 'Team.name as teamName'])
      .where((builder) =>
        builder.or([
          builder('Workspace.name', 'ilike', pattern),
          builder('User.login', 'ilike', pattern),
          builder('Team.name', 'ilike', pattern),
        ]),
      )
      .orderBy('Workspace.createdAt', 'desc')
      .limit(listLimit)
      .execute()
    return rows.map((row) => ({ ...this.#needs.present(row), ownerLogin: row.login, teamName: row.teamName }))
  }

  startWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts> {
    return this.#needs.drive(actor, id, 'start')
  }

  stopWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts> {
    return this.#needs.drive(actor, id, 'stop')
  }

  removeWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts> {
    return this.#needs.drive(actor, id, 'remove')
  }

  async invites(): Promise<readonly Invite[]> {
    const rows = await this.#needs.database
      .selectFrom('InviteCode')
      .selectAll()
      .orderBy('createdAt', 'desc')
      .limit(listLimit)
      .execute()
    return rows.map(presentInvite)
  }

  async createInvite(actor: Administrator, maxUses: number, expiresDays: number): Promise<NewInvite> {
    const code = randomBytes(15).toString('base64url')
    const row = await this.#needs.database.transaction().execute(async (transaction) => {
      const made = await transaction
        .insertInto('InviteCode')
        .values({
          id: randomUUID(),
          hash: this.#needs.hashInvite(code),
          maxUses,
          expiresAt: new Date(Date.now() + expiresDays * dayMs),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      await recordAudit(transaction, {
        actor,
        action: 'invite.create',
        target: { kind: 'invite', id: made.id },
        outcome: 'ok',
      })
      return made
    })
    return {
      ...presentInvite(row),
      code,
      url: `${this.#needs.publicOrigin}/sign-in?${new URLSearchParams({ invite: code })}`,
    }
  }

  async revokeInvite(actor: Administrator, id: InviteId): Promise<void> {
    await this.#needs.database.transaction().execute(async (transaction) => {
      const revoked = await transaction
        .updateTable('InviteCode')
        .set({ revokedAt: new Date() })
        .where('id', '=', id)
        .where('revokedAt', 'is', null)
        .executeTakeFirst()
      if (revoked.numUpdatedRows === 0n) throw errors.inviteNotFound()
      await recordAudit(transaction, { actor, action: 'invite.revoke', target: { kind: 'invite', id }, outcome: 'ok' })
    })
  }

  async waitlist(): Promise<readonly WaitlistEntry[]> {
    const rows = await this.#needs.database
      .selectFrom('WaitlistEntry')
      .selectAll()
      .orderBy('createdAt')
      .limit(listLimit)
      .execute()
    return rows.map((row) => ({
      githubId: Number(row.githubId),
      login: row.login,
      email: row.email,
      createdAt: row.createdAt.toISOString(),
      invitedAt: row.invitedAt?.toISOString() ?? null,
    }))
  }

  async inviteFromWaitlist(actor: Administrator, githubId: number): Promise<void> {
    await this.#needs.database.transaction().execute(async (transaction) => {
      const entry = await transaction
        .updateTable('WaitlistEntry')
        .set({ invitedAt: new Date() })
        .where('githubId', '=', String(githubId))
        .returning('login')
        .executeTakeFirst()
      if (entry === undefined) throw errors.userNotFound()
      await recordAudit(transaction, {
        actor,
        action: 'waitlist.invite',
        target: { kind: 'github', id: String(githubId), name: entry.login },
        outcome: 'ok',
      })
    })
  }

  async users(search: string): Promise<readonly Account[]> {
    let query = this.#needs.database
      .selectFrom('User')
      .select(['id', 'login', 'name', 'email', 'role', 'tier', 'standing', 'createdAt'])
      .select((builder) =>
        builder
          .selectFrom('Workspace')
          .whereRef('Workspace.ownerId', '=', 'User.id')
          .select((count) => count.fn.countAll<string>().as('count'))
          .as('workspaces'),
      )
      .orderBy('createdAt', 'desc')
      .limit(listLimit)
    if (search !== '') {
      const pattern = `%${escapeLike(search)}%`
      query = query.where((builder) =>
        builder.or([
          builder('login', 'ilike', pattern),
          builder('name', 'ilike', pattern),
          builder('email', 'ilike', pattern),
        ]),
      )
    }
    return (await query.execute()).map((row) =>
      Account.parse({ ...row, workspaces: Number(row.workspaces), createdAt: row.createdAt.toISOString() }),
    )
  }

  setTier(actor: Administrator, userId: UserId, tier: Tier): Promise<void> {
    return this.#change(actor, userId, `tier-${tier}`, { tier })
  }

  async setRole(actor: Administrator, userId: UserId, role: 'member' | 'admin'): Promise<void> {
    if (actor.kind === 'user' && actor.userId === userId && role === 'member') throw errors.lastAdmin()
    await this.#change(actor, userId, `role-${role}`, { role })
  }

  suspend(actor: Administrator, userId: UserId): Promise<void> {
    if (actor.kind === 'user' && actor.userId === userId) throw errors.lastAdmin()
    return this.#change(actor, userId, 'suspend', { standing: 'suspended' })
  }

  reinstate(actor: Administrator, userId: UserId): Promise<void> {
    return this.#change(actor, userId, 'reinstate', { standing: 'active' })
  }

  async #change(
    actor: Administrator,
    userId: UserId,
    action: string,
    change: { readonly tier?: Tier; readonly role?: 'member' | 'admin'; readonly standing?: 'active' | 'suspended' },
  ): Promise<void> {
    await this.#needs.database.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('User')
        .set(change)
        .where('id', '=', userId)
        .where('standing', '!=', 'leaving')
        .returning('login')
        .executeTakeFirst()
      if (changed === undefined) throw errors.userNotFound()
      // The record's lock is taken behind every lock on a row.
      if (change.standing === 'suspended') await this.#needs.shutOut(transaction, actor, userId)
      await recordAudit(transaction, {
        actor,
        action: `user.${action}`,
        target: { kind: 'user', id: userId, name: changed.login },
        outcome: 'ok',
      })
    })
    this.#needs.onAccountsChanged()
  }
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')

interface InviteRow {
  readonly id: string
  readonly uses: number
  readonly maxUses: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

function presentInvite(row: InviteRow): Invite {
  const state =
    row.revokedAt !== null
      ? 'revoked'
      : row.uses >= row.maxUses
        ? 'used'
        : row.expiresAt.getTime() <= Date.now()
          ? 'expired'
          : 'open'
  const { id, uses, maxUses, createdAt, expiresAt } = row
  return {
    id: InviteId.parse(id),
    uses,
    maxUses,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    state,
  }
}
