import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import type { Database } from './index.ts'
import * as first from './migrations/0001-first.ts'
import * as people from './migrations/0002-people.ts'
import * as auditChain from './migrations/0003-audit-chain.ts'
import * as apiTokens from './migrations/0004-api-tokens.ts'
import * as leaving from './migrations/0005-leaving.ts'
import * as teams from './migrations/0006-teams.ts'
import * as programs from './migrations/0007-programs.ts'
import * as announcements from './migrations/0008-announcements.ts'
import * as grants from './migrations/0009-grants.ts'
import * as egress from './migrations/0010-egress.ts'
import * as egressPolicy from './migrations/0011-egress-policy.ts'
import * as egressLimits from './migrations/0012-egress-limits.ts'
import * as documents from './migrations/0013-documents.ts'
import * as documentHistory from './migrations/0014-document-history.ts'
import * as openedVersions from './migrations/0015-opened-versions.ts'
import * as diskUse from './migrations/0016-disk-use.ts'
import * as unusableUpdates from './migrations/0017-unusable-updates.ts'

/** In order; a migration that has landed is never changed. */
const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-people': people,
  '0003-audit-chain': auditChain,
  '0004-api-tokens': apiTokens,
  '0005-leaving': leaving,
  '0006-teams': teams,
  '0007-programs': programs,
  '0008-announcements': announcements,
  '0009-grants': grants,
  '0010-egress': egress,
  '0011-egress-policy': egressPolicy,
  '0012-egress-limits': egressLimits,
  '0013-documents': documents,
  '0014-document-history': documentHistory,
  '0015-opened-versions': openedVersions,
  '0016-disk-use': diskUse,
  '0017-unusable-updates': unusableUpdates,
}

/**
 * Brings the database up to date and returns the names of what it applied. Several processes may call it
 * at once: one works, the others wait.
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error !== undefined) throw new Error('The database could not be migrated.', { cause: error })
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}
