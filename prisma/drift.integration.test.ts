import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { MigrationList } from '@prisma/schema-engine-wasm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEmptyDatabase } from '@arcx/testing/empty-database'
import type { EmptyDatabase } from '@arcx/testing/empty-database'
import { migrate } from './migrate.ts'
import { openSchemaEngine } from './schema-engine.ts'

let database: EmptyDatabase
const filters = { externalTables: [], externalEnums: [] }
let schema: readonly { readonly path: string; readonly content: string }[]
let migrationsList: MigrationList

beforeAll(async () => {
  database = await createEmptyDatabase()
  await migrate(database.url)
  const directory = join(import.meta.dirname, 'schema')
  schema = await Promise.all(
    (await readdir(directory)).map(async (file) => ({
      path: join(directory, file),
      content: await readFile(join(directory, file), 'utf8'),
    })),
  )
  const migrations = join(import.meta.dirname, 'migrations')
  const names = (await readdir(migrations)).filter((entry) => !entry.endsWith('.toml')).toSorted()
  migrationsList = {
    baseDir: migrations,
    shadowDbInitScript: '',
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(migrations, 'migration_lock.toml'), 'utf8') },
    migrationDirectories: await Promise.all(
      names.map(async (path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: await readFile(join(migrations, path, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  }
})
afterAll(() => database?.drop())

/** The SQL that would lead from the database to a schema; empty where nothing is missing. */
async function difference(to: typeof schema): Promise<string> {
  const { engine, close } = await openSchemaEngine(database.url)
  try {
    const result = await engine.diff({
      // The database that the engine is connected to.
      from: { tag: 'schemaDatasource', files: [...schema], configDir: import.meta.dirname },
      to: { tag: 'schemaDatamodel', files: [...to] },
      script: true,
      exitCode: null,
      filters,
    })
    return result.stdout ?? ''
  } finally {
    await close()
  }
}

test('the migrations lead to what the schema describes', async () => {
  expect(await difference(schema)).toMatch(/^(-- This is an empty migration\.)?\s*$/)
})

test('a column that the migrations have and the schema does not is found', async () => {
  const without = schema.map(({ path, content }) => ({ path, content: content.replace(/^ {2}email .*\n/m, '') }))
  expect(await difference(without)).toContain('DROP COLUMN "email"')
})

test('for the Prisma CLI nothing is left to apply, and nothing was changed', async () => {
  const { engine, close } = await openSchemaEngine(database.url)
  try {
    const found = await engine.diagnoseMigrationHistory({
      migrationsList,
      optInToShadowDatabase: false,
      filters,
    })
    expect(found).toMatchObject({
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
      history: null,
    })
    const applied = await engine.applyMigrations({ migrationsList, filters })
    expect(applied.appliedMigrationNames).toEqual([])
  } finally {
    await close()
  }
})
