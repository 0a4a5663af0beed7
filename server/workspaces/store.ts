import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { TeamId, UserId, errors } from '@arcx/router'
import type { Actor, UserActor, WorkspaceFacts, WorkspaceId, WorkspaceState } from '@arcx/router'
import { isUniqueViolation } from '@arcx/database'
import type { Database, Transaction, WorkspaceRow } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import { enqueue } from '../events/outbox.ts'
import type { DiskLimit, DiskUse } from './disk-use.ts'
import { tierLimits } from './tier-limits.ts'
import { presentWorkspace } from './presenter.ts'
import { statesBefore } from './transitions.ts'

/** Where no container is, there is nothing to do for the reconciler but to make sure of it. */
const restingStates: readonly WorkspaceState[] = ['stopped', 'failed']

export interface Change {
  readonly to: WorkspaceState
  readonly actor: Actor
  /** `workspace.` + this is the audit entry's action. */
  readonly action: string
  /** Narrows the table of transitions to these states. */
  readonly from?: readonly WorkspaceState[]
  /** Only if this container is still the one meant. */
  readonly incarnation?: number
  readonly reason?: string | null
  readonly step?: string | null
  readonly losses?: number
  readonly name?: string
}

/** Whose workspaces are meant. */
export type Belonging = { readonly ownerId: string } | { readonly teamId: string }

/** Workspace rows. Each change writes its audit entry and its event in the same transaction. */
export class WorkspaceStore {
  readonly #database: Database
  readonly #background: Database
  readonly #urlOf: (name: string) => string
  readonly #diskLimit: DiskLimit | null
  readonly #onEvents: () => void

  /** `background`: for what nobody waits for, and takes many rows along. */
  constructor(
    database: Database,
    background: Database,
    urlOf: (name: string) => string,
    diskLimit: DiskLimit | null,
    onEvents: () => void,
  ) {
    this.#database = database
    this.#background = background
    this.#urlOf = urlOf
    this.#diskLimit = diskLimit
    this.#onEvents = onEvents
  }

  present(row: WorkspaceRow): WorkspaceFacts {
    return presentWorkspace(row, this.#urlOf, this.#diskLimit)
  }

  byId(id: WorkspaceId): Promise<WorkspaceRow | undefined> {
    return this.#database.selectFrom('Workspace').selectAll().where('id', '=', id).executeTakeFirst()
  }

  byName(name: string): Promise<WorkspaceRow | undefined> {
    return this.#database.selectFrom('Workspace').selectAll().where('name', '=', name).executeTakeFirst()
  }

  /** All of a person's own, or of a team's. */
  belongingTo(whose: Belonging): Promise<WorkspaceRow[]> {
    const rows = this.#database.selectFrom('Workspace').selectAll().orderBy('name')
    return (
      'ownerId' in whose ? rows.where('ownerId', '=', whose.ownerId) : rows.where('teamId', '=', whose.teamId)
    ).execute()
  }

  /** All of a person's own and of these teams'. */
  within(ownerId: string, teamIds: readonly string[]): Promise<WorkspaceRow[]> {
    return this.#database
      .selectFrom('Workspace')
      .selectAll()
      .where((builder) =>
        builder.or([
          builder('ownerId', '=', ownerId),
          ...(teamIds.length === 0 ? [] : [builder('teamId', 'in', [...teamIds])]),
        ]),
      )
      .orderBy('name')
      .execute()
  }

  /** All rows that have, or should have, a container. */
  awake(): Promise<WorkspaceRow[]> {
    return this.#database
      .selectFrom('Workspace')
      .selectAll()
      .where('state', 'not in', [...restingStates])
      .execute()
  }

  async countByState(): Promise<readonly { readonly state: WorkspaceState; readonly count: number }[]> {
    const rows = await this.#database
      .selectFrom('Workspace')
      .select(['state', (builder) => builder.fn.countAll<string>().as('count')])
      .groupBy('state')
      .execute()
    return rows.map(({ state, count }) => ({ state, count: Number(count) }))
  }

  async takenAmong(names: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database
      .selectFrom('Workspace')
      .select('name')
      .where('name', 'in', [...names])
      .execute()
    return new Set(rows.map((row) => row.name))
  }

  /**
   * Inserts a workspace. It counts for its owner, or for its team's; their row is locked first, so two requests at once
   * cannot both take the last place. Resolves to `null` when the name is taken. @throws `workspace_limit_reached`, `team_not_found`.
   */
  async insert(actor: UserActor, name: string, teamId: TeamId | null): Promise<WorkspaceRow | null> {
    try {
      const row = await this.#database.transaction().execute(async (transaction) => {
        const payerId = teamId === null ? actor.userId : await ownerOf(transaction, teamId)
        const payer = await transaction
          .selectFrom('User')
          .select(['login', 'tier', 'standing'])
          .where('id', '=', payerId)
          .forUpdate()
          .executeTakeFirstOrThrow()
        if (teamId === null) {
          if (payer.standing !== 'active') throw errors.signedOut()
        } else await holdTeam(transaction, teamId)
        const { count } = await transaction
          .selectFrom('Workspace')
          .select((builder) => builder.fn.countAll<string>().as('count'))
          .where((builder) =>
            builder.or([
              builder('ownerId', '=', payerId),
              builder(
                'teamId',
                'in',
                builder
                  .selectFrom('Membership')
                  .select('Membership.teamId')
                  .where('userId', '=', payerId)
                  .where('role', '=', 'owner'),
              ),
            ]),
          )
          .executeTakeFirstOrThrow()
        const limit = tierLimits[payer.tier]
        if (Number(count) >= limit)
          throw payerId === actor.userId
            ? errors.workspaceLimitReached(limit, payer.tier)
            : errors.teamLimitReached(limit, payer.login, payer.tier)
        const inserted = await transaction
          .insertInto('Workspace')
          .values({
            id: randomUUID(),
            ownerId: teamId === null ? actor.userId : null,
            teamId,
            createdById: actor.userId,
            name,
            state: 'creating',
            step: 'Waiting for its turn',
            reason: null,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        await this.#tell(transaction, inserted, actor, 'create')
        return inserted
      })
      this.#onEvents()
      return row
    } catch (error) {
      if (isUniqueViolation(error, 'Workspace_name_key')) return null
      throw error
    }
  }

  /** Moves a workspace to another state; `null` when it is in none from which it may, or is gone. */
  async move(id: WorkspaceId, change: Change): Promise<WorkspaceRow | null> {
    const row = await this.#database.transaction().execute(async (transaction) => {
      const now = new Date()
      const before = statesBefore(change.to)
      const from = change.from === undefined ? before : before.filter((state) => change.from?.includes(state))
      let update = transaction
        .updateTable('Workspace')
        .set({
          state: change.to,
          step: change.step ?? null,
          reason: change.reason ?? null,
          updatedAt: now,
          revision: sql`"revision" + 1`,
        })
        .where('id', '=', id)
        .where('state', 'in', [...from])
      if (change.to === 'starting') update = update.set({ incarnation: sql`"incarnation" + 1` })
      if (change.to === 'running') update = update.set({ startedAt: now, lastActivityAt: now })
      if (change.losses !== undefined) update = update.set({ losses: change.losses })
      if (change.name !== undefined) update = update.set({ name: change.name })
      if (change.incarnation !== undefined) update = update.where('incarnation', '=', change.incarnation)
      const moved = await update.returningAll().executeTakeFirst()
      if (moved === undefined) return null
      await this.#tell(transaction, moved, change.actor, change.action)
      return moved
    })
    if (row !== null) this.#onEvents()
    return row
  }

  /** Gives a workspace that has no container another name. Resolves to `null` when it has one by now. @throws on a taken name. */
  async renameResting(id: WorkspaceId, name: string, actor: Actor): Promise<WorkspaceRow | null> {
    const row = await this.#database.transaction().execute(async (transaction) => {
      const renamed = await transaction
        .updateTable('Workspace')
        .set({ name, updatedAt: new Date(), revision: sql`"revision" + 1` })
        .where('id', '=', id)
        .where('state', 'in', [...restingStates])
        .returningAll()
        .executeTakeFirst()
      if (renamed === undefined) return null
      await this.#tell(transaction, renamed, actor, 'rename')
      return renamed
    })
    if (row !== null) this.#onEvents()
    return row
  }

  /** Shows what is being done. Nothing when another container is meant by now. */
  async step(id: WorkspaceId, incarnation: number, step: string): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const row = await transaction
        .updateTable('Workspace')
        .set({ step, updatedAt: new Date(), revision: sql`"revision" + 1` })
        .where('id', '=', id)
        .where('incarnation', '=', incarnation)
        .where('state', '=', 'starting')
        .returningAll()
        .executeTakeFirst()
      if (row !== undefined) await enqueue(transaction, { type: 'workspaces.changed', workspace: this.present(row) })
    })
    this.#onEvents()
  }

  async active(id: WorkspaceId, at: Date): Promise<void> {
    await this.#database.updateTable('Workspace').set({ lastActivityAt: at }).where('id', '=', id).execute()
  }

  /** Notes what its files take, and tells of it. */
  async measured(id: WorkspaceId, { bytes, files }: DiskUse): Promise<void> {
    await this.#background.transaction().execute(async (transaction) => {
      const row = await transaction
        .updateTable('Workspace')
        .set({ diskBytes: bytes, diskFiles: files, revision: sql`"revision" + 1` })
        .where('id', '=', id)
        .where('state', '!=', 'deleting')
        .returningAll()
        .executeTakeFirst()
      if (row !== undefined) await enqueue(transaction, { type: 'workspaces.changed', workspace: this.present(row) })
    })
    this.#onEvents()
  }

  /** The last step of a removal: its container and home are gone. */
  async delete(id: WorkspaceId, actor: Actor): Promise<void> {
    await this.#background.transaction().execute(async (transaction) => {
      const row = await transaction
        .deleteFrom('Workspace')
        .where('id', '=', id)
        .where('state', '=', 'deleting')
        .returning(['id', 'ownerId', 'teamId', 'name'])
        .executeTakeFirst()
      if (row === undefined) return
      const target = { kind: 'workspace', id: row.id, name: row.name }
      await recordAudit(transaction, { actor, action: 'workspace.removed', target, outcome: 'ok' })
      const ownerId = row.ownerId === null ? null : UserId.parse(row.ownerId)
      const teamId = row.teamId === null ? null : TeamId.parse(row.teamId)
      await enqueue(transaction, { type: 'workspaces.removed', workspaceId: id, ownerId, teamId, name: row.name })
    })
    this.#onEvents()
  }

  /**
   * Runs `work` unless another copy of the orchestrator is at the same workspace. The lock is PostgreSQL's and goes
   * with the connection, so a crash frees it.
   */
  async exclusively(id: WorkspaceId, work: () => Promise<void>): Promise<boolean> {
    return this.#database.connection().execute(async (connection) => {
      const key = sql`hashtextextended(${id}, 0)`
      const { rows } = await sql<{ held: boolean }>`SELECT pg_try_advisory_lock(${key}) AS held`.execute(connection)
      if (rows[0]?.held !== true) return false
      try {
        await work()
        return true
      } finally {
        await sql`SELECT pg_advisory_unlock(${key})`.execute(connection)
      }
    })
  }

  async #tell(transaction: Transaction, row: WorkspaceRow, actor: Actor, action: string): Promise<void> {
    const target = { kind: 'workspace', id: row.id, name: row.name }
    await recordAudit(transaction, { actor, action: `workspace.${action}`, target, outcome: 'ok' })
    await enqueue(transaction, { type: 'workspaces.changed', workspace: this.present(row) })
  }
}

async function ownerOf(transaction: Transaction, teamId: TeamId): Promise<string> {
  const owner = await transaction
    .selectFrom('Membership')
    .select('userId')
    .where('teamId', '=', teamId)
    .where('role', '=', 'owner')
    .executeTakeFirst()
  if (owner === undefined) throw errors.teamNotFound()
  return owner.userId
}

/** Its deletion waits until this transaction is done, or has begun and is seen here. @throws `team_not_found`. */
async function holdTeam(transaction: Transaction, teamId: TeamId): Promise<void> {
  const team = await transaction
    .selectFrom('Team')
    .select('id')
    .where('id', '=', teamId)
    .where('deletingAt', 'is', null)
    .forShare()
    .executeTakeFirst()
  if (team === undefined) throw errors.teamNotFound()
}
