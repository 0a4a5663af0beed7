import type { WorkspaceId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import type { Channel } from '@arcx/service-kit/channel'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Egress } from './egress.ts'
import { Owners } from './owners.ts'
import type { OwnersDependencies } from './owners.ts'
import { EgressStore } from './store.ts'
import { watchRecords } from './watch-records.ts'

export interface EgressDependencies extends OwnersDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly channel: Channel
}

export interface EgressModule {
  readonly egress: Egress
  /** Whose secrets and rules are whose. */
  readonly owners: Owners
}

export function openEgress({ database, unitOfWork, channel, ...rest }: EgressDependencies): EgressModule {
  const owners = new Owners(rest)
  const watch = (workspaceId: WorkspaceId, hear: (ids: readonly string[] | null) => void) =>
    watchRecords(channel, workspaceId, hear)
  return { owners, egress: new Egress(new EgressStore(database), unitOfWork, owners, watch) }
}
