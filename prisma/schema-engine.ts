import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'

/** `"char"`, in which PostgreSQL’s catalogs have their kinds, and `text`. */
const [charType, textType] = [18, 25]

/** Prisma’s schema engine, as WebAssembly, on the database at `url`. Tests and whoever writes a migration need it. */
export async function openSchemaEngine(
  url: string,
): Promise<{ readonly engine: SchemaEngine; close(): Promise<void> }> {
  const characters = new Set<string>()
  const pool = catalogPool(url, characters)
  const adapters = bindMigrationAwareSqlAdapterFactory(new CatalogAdapters(pool, characters))
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, adapters)
  return {
    engine,
    async close() {
      engine.free()
      await pool.end()
    },
  }
}

/**
 * The adapter refuses columns of the type `"char"`, for which it has no name: they pass as text, and their names are
 * kept in `characters`.
 */
function catalogPool(url: string, characters: Set<string>): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const ask = pool.query.bind(pool)
  return Object.assign(pool, {
    query: async (config: pg.QueryArrayConfig) => {
      const result = await ask(config)
      for (const field of result.fields) {
        if (field.dataTypeID !== charType) continue
        characters.add(field.name)
        field.dataTypeID = textType
      }
      return result
    },
  })
}

/** Gives those columns back the type that the engine expects. */
class CatalogAdapters implements SqlMigrationAwareDriverAdapterFactory {
  readonly #characters: ReadonlySet<string>
  readonly #factory: PrismaPg
  readonly provider = 'postgres'
  readonly adapterName: string

  constructor(pool: pg.Pool, characters: ReadonlySet<string>) {
    this.#characters = characters
    this.#factory = new PrismaPg(pool)
    this.adapterName = this.#factory.adapterName
  }

  async connect(): Promise<SqlDriverAdapter> {
    const adapter = await this.#factory.connect()
    return Object.assign(Object.create(adapter) as SqlDriverAdapter, {
      queryRaw: async (query: Parameters<SqlDriverAdapter['queryRaw']>[0]) => {
        const result = await adapter.queryRaw(query)
        const columnTypes = result.columnTypes.map((type, at) =>
          this.#characters.has(result.columnNames[at] ?? '') ? ColumnTypeEnum.Character : type,
        )
        return { ...result, columnTypes }
      },
    })
  }

  connectToShadowDb(): Promise<SqlDriverAdapter> {
    return this.#factory.connectToShadowDb()
  }
}
