import { noRules } from '@arcx/router'
import type {
  CallFilter,
  EgressCall,
  EgressCallsChange,
  EgressPort,
  EgressRules,
  Owner,
  Tracked,
  UserActor,
  WorkspaceId,
} from '@arcx/router'
import { chosen } from '../events/chosen.ts'
import { SharedWork } from '../events/shared-work.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { OwnerColumns, Owners } from './owners.ts'
import { recordedIds } from './recorded-ids.ts'
import type { WatchRecords } from './recorded-ids.ts'
import type { EgressRecordRow, EgressStore } from './store.ts'

/** Where workspaces may go, and what they did outside, as arc-proxy has recorded it. */
export class Egress implements EgressPort {
  readonly #store: Pick<EgressStore, 'rules' | 'setRules' | 'records'>
  readonly #unitOfWork: UnitOfWork
  readonly #owners: Owners
  readonly #watchRecords: WatchRecords
  /** All who watch a workspace hear of the same requests at the same time. */
  readonly #watched = new SharedWork<readonly EgressCall[]>()

  constructor(
    store: Pick<EgressStore, 'rules' | 'setRules' | 'records'>,
    unitOfWork: UnitOfWork,
    owners: Owners,
    watchRecords: WatchRecords,
  ) {
    this.#store = store
    this.#unitOfWork = unitOfWork
    this.#owners = owners
    this.#watchRecords = watchRecords
  }

  async rules(actor: UserActor, owner: Owner): Promise<EgressRules> {
    return this.#read(await this.#owners.require(actor, 'egress.see', owner))
  }

  async setRules(actor: UserActor, owner: Owner, rules: EgressRules): Promise<EgressRules> {
    const whose = await this.#owners.require(actor, 'egress.change', owner)
    await this.#unitOfWork(actor, async (unit) => {
      await this.#store.setRules(unit, whose, rules)
      unit.record({ action: 'egress.rules', target: targetOf(whose) })
    })
    return this.#read(whose)
  }

  async calls(actor: UserActor, workspaceId: WorkspaceId, filter: CallFilter): Promise<readonly EgressCall[]> {
    await this.#owners.require(actor, 'workspace.see', { kind: 'workspace', workspaceId })
    return (await this.#store.records(workspaceId, filter)).map(present)
  }

  onCalls(
    actor: UserActor,
    workspaceId: WorkspaceId,
    filter: Omit<CallFilter, 'before'>,
    signal: AbortSignal,
  ): AsyncIterable<Tracked<EgressCallsChange>> {
    let sent = 0
    return chosen(recordedIds(this.#watchRecords, workspaceId, filter.limit, signal), async (ids) => {
      const { refused, host, limit } = filter
      const [calls] = await Promise.all([
        this.#watched.of(JSON.stringify([workspaceId, refused, host, limit, ids]), async () =>
          (await this.#store.records(workspaceId, { refused, host, limit, before: null, ids })).map(present),
        ),
        this.#owners.require(actor, 'workspace.see', { kind: 'workspace', workspaceId }),
      ])
      if (ids !== null && calls.length === 0) return null
      sent += 1
      return { id: String(sent), data: { type: ids === null ? 'snapshot' : 'changed', calls } }
    })
  }

  async #read(whose: OwnerColumns): Promise<EgressRules> {
    return (await this.#store.rules(whose)) ?? noRules
  }
}

function targetOf({ ownerId, teamId, workspaceId }: OwnerColumns): { readonly kind: string; readonly id: string } {
  if (workspaceId !== null) return { kind: 'workspace', id: workspaceId }
  return teamId !== null ? { kind: 'team', id: teamId } : { kind: 'user', id: ownerId ?? '' }
}

function present({ at, scheme, host, port, path, bytesUp, bytesDown, ...row }: EgressRecordRow): EgressCall {
  return {
    ...row,
    at: at.toISOString(),
    url: `${scheme}://${host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}${path}`,
    bytesUp: Number(bytesUp),
    bytesDown: Number(bytesDown),
  }
}
