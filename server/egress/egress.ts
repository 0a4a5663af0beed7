import { randomUUID } from 'node:crypto'
import { EgressRules, noRules } from '@arcx/router'
import type { CallFilter, EgressCall, EgressPort, Holder, UserActor, WorkspaceId } from '@arcx/router'
import type { Database } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import type { HolderColumns, Holders } from './holders.ts'

const columns = ['fallback', 'allow', 'deny', 'limits', 'found', 'pasted'] as const

/** Where workspaces may go, and what they did outside, as arc-proxy has recorded it. */
export class Egress implements EgressPort {
  readonly #database: Database
  readonly #holders: Holders

  constructor(database: Database, holders: Holders) {
    this.#database = database
    this.#holders = holders
  }

  async rules(actor: UserActor, holder: Holder): Promise<EgressRules> {
    return this.#read(await this.#holders.require(actor, 'egress.see', holder))
  }

  async #read({ ownerId, teamId, workspaceId }: HolderColumns): Promise<EgressRules> {
    const query = this.#database.selectFrom('EgressPolicy').select(columns)
    const row = await query
      .where((where) =>
        where.or([
          where('ownerId', '=', ownerId),
          where('teamId', '=', teamId),
          where('workspaceId', '=', workspaceId),
        ]),
      )
      .executeTakeFirst()
    return row === undefined ? noRules : EgressRules.parse(row)
  }

  async setRules(actor: UserActor, holder: Holder, rules: EgressRules): Promise<EgressRules> {
    const whose = await this.#holders.require(actor, 'egress.change', holder)
    const { fallback, allow, deny, limits, found, pasted } = rules
    const fields = {
      fallback,
      allow: [...new Set(allow)],
      deny: [...new Set(deny)],
      limits: JSON.stringify(limits),
      found,
      pasted,
      updatedAt: new Date(),
    }
    const column = whose.workspaceId !== null ? 'workspaceId' : whose.teamId !== null ? 'teamId' : 'ownerId'
    await this.#database.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('EgressPolicy')
        .values({ id: randomUUID(), ...whose, ...fields })
        .onConflict((conflict) => conflict.column(column).doUpdateSet(fields))
        .execute()
      const target = { ownerId: 'user', teamId: 'team', workspaceId: 'workspace' } as const
      await recordAudit(transaction, {
        actor,
        action: 'egress.rules',
        target: { kind: target[column], id: whose[column] ?? '' },
        outcome: 'ok',
      })
    })
    return this.#read(whose)
  }

  async calls(
    actor: UserActor,
    workspaceId: WorkspaceId,
    { refused, host, before, limit }: CallFilter,
  ): Promise<readonly EgressCall[]> {
    await this.#holders.require(actor, 'workspace.see', { kind: 'workspace', workspaceId })
    let query = this.#database
      .selectFrom('EgressRecord')
      .selectAll()
      .where('workspaceId', '=', workspaceId)
      .orderBy('at', 'desc')
      .limit(limit)
    if (refused) query = query.where('outcome', 'not in', ['passed', 'open'])
    if (host !== null)
      query = query.where('host', 'like', `%${host.toLowerCase().replaceAll(/[%_\\]/g, String.raw`\$&`)}%`)
    if (before !== null) query = query.where('at', '<', new Date(before))
    return (await query.execute()).map(
      ({
        at,
        scheme,
        host: called,
        port,
        path,
        bytesUp,
        bytesDown,
        id,
        method,
        outcome,
        status,
        durationMs,
        secrets,
        scrubbed,
        redacted,
      }) => ({
        id,
        at: at.toISOString(),
        method,
        url: `${scheme}://${called}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}${path}`,
        outcome,
        status,
        bytesUp: Number(bytesUp),
        bytesDown: Number(bytesDown),
        durationMs,
        secrets,
        scrubbed,
        redacted,
      }),
    )
  }
}
