import { randomBytes } from 'node:crypto'
import { errors } from '@arcx/router'
import type {
  Account,
  AdminPort,
  Administrator,
  Invite,
  InviteId,
  NewInvite,
  Overview,
  OwnedWorkspace,
  Tier,
  UserId,
  WaitlistEntry,
  WebhookDelivery,
  WebhookDeliveryId,
  WebhookOutcome,
  WorkspaceFacts,
  WorkspaceId,
} from '@arcx/router'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { AccountChange, AdminStore, InviteRow, AccountFilter } from './store.ts'

const dayMs = 24 * 3600 * 1000

export interface AdminDependencies {
  readonly store: AdminStore
  readonly unitOfWork: UnitOfWork
  readonly publicOrigin: string
  hashInvite(code: string): Uint8Array<ArrayBuffer>
  /** Ends all of a person's sessions, and closes what is open with their tokens, within the unit. */
  shutOut(unit: Unit, userId: UserId): Promise<void>
  readonly workspaces: {
    /** Drives a workspace of anybody's. @throws `workspace_not_found`, `workspace_busy`. */
    execute(actor: Administrator, id: WorkspaceId, operation: 'start' | 'stop' | 'remove'): Promise<WorkspaceFacts>
  }
  readonly webhooks: {
    latest(outcome: WebhookOutcome | null): Promise<readonly WebhookDelivery[]>
    /** @throws `webhook_delivery_not_found`. */
    replay(actor: Administrator, id: WebhookDeliveryId): Promise<void>
  }
  readonly tiers: {
    /** @throws `user_not_found`. */
    give(unit: Unit, owner: { readonly userId: UserId }, source: 'granted', tier: Tier): Promise<unknown>
  }
  /** Of those that are still there. */
  factsOf(ids: readonly WorkspaceId[]): Promise<readonly WorkspaceFacts[]>
  /** Accounts have changed: what is remembered of them is old. */
  onAccountsChanged(): void
}

/** What whoever runs the server may do with its people. The router's procedure has made sure that the actor administers. */
export class Admin implements AdminPort {
  readonly #dependencies: AdminDependencies

  constructor(dependencies: AdminDependencies) {
    this.#dependencies = dependencies
  }

  overview(): Promise<Overview> {
    return this.#dependencies.store.overview()
  }

  async workspaces(filter: AccountFilter): Promise<readonly OwnedWorkspace[]> {
    const { factsOf, store } = this.#dependencies
    const found = await store.workspaces(filter)
    const facts = new Map((await factsOf(found.map(({ id }) => id))).map((each) => [each.id, each]))
    return found.flatMap(({ id, ...whose }) => {
      const workspace = facts.get(id)
      return workspace === undefined ? [] : [{ ...workspace, ...whose }]
    })
  }

  startWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts> {
    return this.#dependencies.workspaces.execute(actor, id, 'start')
  }

  stopWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts> {
    return this.#dependencies.workspaces.execute(actor, id, 'stop')
  }

  removeWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts> {
    return this.#dependencies.workspaces.execute(actor, id, 'remove')
  }

  async invites(): Promise<readonly Invite[]> {
    return (await this.#dependencies.store.invites()).map(presentInvite)
  }

  async createInvite(actor: Administrator, maxUses: number, expiresDays: number): Promise<NewInvite> {
    const { hashInvite, publicOrigin, store, unitOfWork } = this.#dependencies
    const code = randomBytes(15).toString('base64url')
    const row = await unitOfWork(actor, async (unit) => {
      const expiresAt = new Date(Date.now() + expiresDays * dayMs)
      const made = await store.addInvite(unit, { hash: hashInvite(code), maxUses, expiresAt })
      unit.record({ action: 'invite.create', target: { kind: 'invite', id: made.id } })
      return made
    })
    return { ...presentInvite(row), code, url: `${publicOrigin}/sign-in?${new URLSearchParams({ invite: code })}` }
  }

  async revokeInvite(actor: Administrator, id: InviteId): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      if (!(await store.revokeInvite(unit, id))) throw errors.inviteNotFound()
      unit.record({ action: 'invite.revoke', target: { kind: 'invite', id } })
    })
  }

  webhooks(outcome: WebhookOutcome | null): Promise<readonly WebhookDelivery[]> {
    return this.#dependencies.webhooks.latest(outcome)
  }

  replayWebhook(actor: Administrator, id: WebhookDeliveryId): Promise<void> {
    return this.#dependencies.webhooks.replay(actor, id)
  }

  async waitlist(): Promise<readonly WaitlistEntry[]> {
    const rows = await this.#dependencies.store.waitlist()
    return rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      invitedAt: row.invitedAt?.toISOString() ?? null,
    }))
  }

  async inviteFromWaitlist(actor: Administrator, githubId: number): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const entry = await store.inviteFromWaitlist(unit, githubId)
      if (entry === undefined) throw errors.userNotFound()
      const target = { kind: 'github', id: String(githubId), name: entry.login }
      unit.record({ action: 'waitlist.invite', target })
    })
  }

  users(filter: AccountFilter): Promise<readonly Account[]> {
    return this.#dependencies.store.users(filter)
  }

  setTier(actor: Administrator, userId: UserId, tier: Tier): Promise<void> {
    const { onAccountsChanged, tiers, unitOfWork } = this.#dependencies
    return unitOfWork(actor, async (unit) => {
      await tiers.give(unit, { userId }, 'granted', tier)
      unit.afterCommit(onAccountsChanged)
    })
  }

  async setRole(actor: Administrator, userId: UserId, role: 'member' | 'admin'): Promise<void> {
    if (actor.kind === 'user' && actor.userId === userId && role === 'member') throw errors.lastAdmin()
    await this.#change(actor, userId, `role-${role}`, { role })
  }

  suspend(actor: Administrator, userId: UserId): Promise<void> {
    if (actor.kind === 'user' && actor.userId === userId) throw errors.lastAdmin()
    return this.#change(actor, userId, 'suspend', { status: 'suspended' })
  }

  reinstate(actor: Administrator, userId: UserId): Promise<void> {
    return this.#change(actor, userId, 'reinstate', { status: 'active' })
  }

  async #change(actor: Administrator, userId: UserId, action: string, change: AccountChange): Promise<void> {
    const { onAccountsChanged, shutOut, store, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      const changed = await store.change(unit, userId, change)
      if (changed === undefined) throw errors.userNotFound()
      if (change.status === 'suspended') await shutOut(unit, userId)
      unit.emit({ type: 'identity.account-changed', userId })
      unit.record({ action: `user.${action}`, target: { kind: 'user', id: userId, name: changed.login } })
      unit.afterCommit(onAccountsChanged)
    })
  }
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
    id,
    uses,
    maxUses,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    state,
  }
}
