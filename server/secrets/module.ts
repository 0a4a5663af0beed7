import type { Database } from '@arcx/prisma'
import { Envelopes } from '@arcx/service-kit/envelopes'
import type { Log } from '@arcx/service-kit/log'
import type { Owners } from '../egress/owners.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Secrets } from './secrets.ts'
import { SecretStore } from './store.ts'

export interface SecretsModuleDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly owners: Owners
  /** `former`: what sealed them before, newest first. */
  readonly keys: { readonly current: string; readonly former: readonly string[] }
  readonly log: Log
}

/** Seals what a former key has sealed with the current one, before anything else is asked of them. */
export async function openSecrets({
  database,
  unitOfWork,
  owners,
  keys,
  log,
}: SecretsModuleDependencies): Promise<Secrets> {
  const secrets = new Secrets({
    store: new SecretStore(database),
    unitOfWork,
    envelopes: new Envelopes(keys.current, keys.former),
    owners,
  })
  const renewed = await secrets.renewSeals()
  if (renewed > 0) log.info({ renewed }, 'secrets are sealed under the current key')
  return secrets
}
