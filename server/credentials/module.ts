import type { Database } from '@arcx/prisma'
import type { Log } from '@arcx/service-kit/log'
import { Codes } from './codes.ts'
import { CodeStore } from './store.ts'

const sweepMs = 10 * 60_000

export interface CredentialsModule {
  readonly codes: Codes
  close(): void
}

/** One-time codes, of which those that are over are removed from time to time. */
export function openCredentials({
  database,
  log,
}: {
  readonly database: Database
  readonly log: Log
}): CredentialsModule {
  const codes = new Codes(new CodeStore(database))
  const sweep = setInterval(
    () => void codes.sweep().catch((error: unknown) => log.warn({ err: error }, 'old codes stay')),
    sweepMs,
  )
  return { codes, close: () => clearInterval(sweep) }
}
