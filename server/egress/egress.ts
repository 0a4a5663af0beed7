import { noRules } from '@arcx/router'
import type { CallFilter, EgressCall, EgressPort, EgressRules, Holder, UserActor, WorkspaceId } from '@arcx/router'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { HolderColumns, Holders } from './holders.ts'
import type { EgressRecordRow, EgressStore } from './store.ts'

/** Where workspaces may go, and what they did outside, as arc-proxy has recorded it. */
export class Egress implements EgressPort {
  readonly #store: EgressStore
  readonly #unitOfWork: UnitOfWork
  readonly #holders: Holders

  constructor(store: EgressStore, unitOfWork: UnitOfWork, holders: Holders) {
    this.#store = store
    this.#unitOfWork = unitOfWork
    this.#holders = holders
  }

  async rules(actor: UserActor, holder: Holder): Promise<EgressRules> {
    return this.#read(await this.#holders.require(actor, 'egress.see', holder))
  }

  async setRules(actor: UserActor, holder: Holder, rules: EgressRules): Promise<EgressRules> {
    const whose = await this.#holders.require(actor, 'egress.change', holder)
    await this.#unitOfWork(actor, async (unit) => {
      await this.#store.setRules(unit, whose, rules)
      unit.record({ action: 'egress.rules', target: targetOf(whose) })
    })
    return this.#read(whose)
  }

  async calls(actor: UserActor, workspaceId: WorkspaceId, filter: CallFilter): Promise<readonly EgressCall[]> {
    await this.#holders.require(actor, 'workspace.see', { kind: 'workspace', workspaceId })
    return (await this.#store.records(workspaceId, filter)).map(present)
  }

  async #read(whose: HolderColumns): Promise<EgressRules> {
    return (await this.#store.rules(whose)) ?? noRules
  }
}

function targetOf({ ownerId, teamId, workspaceId }: HolderColumns): { readonly kind: string; readonly id: string } {
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
