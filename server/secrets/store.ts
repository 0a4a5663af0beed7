import type { Database, Queries } from '@arcx/prisma'
import type { OwnerColumns } from '../egress/owners.ts'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

/** Whatever is known of a secret but its value. */
export interface SecretRow {
  readonly id: string
  readonly teamId: string | null
  readonly workspaceId: string | null
  readonly name: string
  readonly placeholder: string
  readonly managedBy: string | null
  readonly hosts: readonly string[]
  readonly places: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Where in which requests a secret may be used. */
export interface SecretUses {
  readonly hosts: readonly string[]
  readonly places: readonly string[]
}

export type KnownSecret = Pick<SecretRow, 'id' | 'name' | 'placeholder' | 'managedBy'>

export interface SealedSecret extends SecretUses {
  readonly id: string
  readonly name: string
  readonly sealed: Uint8Array
  readonly placeholder: string
  readonly managedBy: 'github-app' | null
}

const shown = {
  id: true,
  teamId: true,
  workspaceId: true,
  name: true,
  placeholder: true,
  managedBy: true,
  hosts: true,
  places: true,
  createdAt: true,
  updatedAt: true,
} as const

export class SecretStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(owner: OwnerColumns): Promise<readonly SecretRow[]> {
    return this.#database.secret.findMany({ where: ownedBy(owner), select: shown, orderBy: { name: 'asc' } })
  }

  ownerOf(id: string): Promise<(OwnerColumns & Pick<SecretRow, 'managedBy'>) | null> {
    return this.#database.secret.findUnique({
      where: { id },
      select: { ownerId: true, teamId: true, workspaceId: true, managedBy: true },
    })
  }

  /** The owner’s, in alphabetical order. Until the unit is over, nobody else adds to them. */
  async lock(unit: Unit, owner: OwnerColumns): Promise<readonly KnownSecret[]> {
    const queries = queriesOf(unit)
    await lockOwner(queries, owner)
    return queries.secret.findMany({
      where: ownedBy(owner),
      select: { id: true, name: true, placeholder: true, managedBy: true },
      orderBy: { name: 'asc' },
    })
  }

  insert(unit: Unit, owner: OwnerColumns, secret: SealedSecret): Promise<SecretRow> {
    return queriesOf(unit).secret.create({ data: { ...dataOf(secret), ...columnsOf(owner) }, select: shown })
  }

  /** With the same owner as before. */
  replace(unit: Unit, secret: SealedSecret): Promise<SecretRow> {
    const { id, ...data } = dataOf(secret)
    return queriesOf(unit).secret.update({ where: { id }, data, select: shown })
  }

  /** Null where it is not there. */
  async setUses(unit: Unit, id: string, { hosts, places }: SecretUses): Promise<SecretRow | null> {
    const [changed] = await queriesOf(unit).secret.updateManyAndReturn({
      where: { id },
      data: { hosts: [...hosts], places: [...places], updatedAt: new Date() },
      select: shown,
    })
    return changed ?? null
  }

  /** Resolves to its name; null where it is not there. */
  async delete(unit: Unit, id: string): Promise<string | null> {
    // Raw: `delete` throws where there is none, and `deleteMany` returns nothing of what it deleted.
    const [deleted] = await queriesOf(unit).$queryRaw<{ readonly name: string }[]>`
      DELETE FROM "Secret" WHERE "id" = ${id}::uuid RETURNING "name"`
    return deleted?.name ?? null
  }

  async deleteManaged(unit: Unit, teamId: string): Promise<void> {
    await queriesOf(unit).secret.deleteMany({ where: { teamId, managedBy: { not: null } } })
  }

  /** What programs of a workspace may use: its own, and its team’s or, where it is of none, its owner’s. */
  async ofWorkspace({
    id,
    ownerId,
    teamId,
  }: {
    readonly id: string
    readonly ownerId: string | null
    readonly teamId: string | null
  }): Promise<readonly Pick<SecretRow, 'name' | 'placeholder' | 'workspaceId'>[]> {
    // A condition with a null in it would be met by everybody else’s rows.
    const owner = teamId !== null ? [{ teamId }] : ownerId !== null ? [{ ownerId }] : []
    return await this.#database.secret.findMany({
      where: { OR: [...owner, { workspaceId: id }] },
      select: { name: true, placeholder: true, workspaceId: true },
    })
  }

  allSealed(): Promise<readonly Pick<SealedSecret, 'id' | 'sealed'>[]> {
    return this.#database.secret.findMany({ select: { id: true, sealed: true } })
  }

  /** Unless it has another value by now. Resolves to whether it had not. */
  async sealAgain(id: string, before: Uint8Array, after: Uint8Array): Promise<boolean> {
    const { count } = await this.#database.secret.updateMany({
      where: { id, sealed: bytesOf(before) },
      data: { sealed: bytesOf(after) },
    })
    return count > 0
  }
}

/** One of the three is not null, and it alone is compared: a condition with a null in it is met by everybody else’s rows. */
function ownedBy({ ownerId, teamId, workspaceId }: OwnerColumns) {
  if (workspaceId !== null) return { workspaceId }
  if (teamId !== null) return { teamId }
  if (ownerId !== null) return { ownerId }
  throw new TypeError('A secret needs an owner.')
}

const columnsOf = ({ ownerId, teamId, workspaceId }: OwnerColumns) => ({ ownerId, teamId, workspaceId })

const bytesOf = (bytes: Uint8Array) => Uint8Array.from(bytes)

const dataOf = ({ id, name, sealed, placeholder, managedBy, hosts, places }: SealedSecret) => ({
  id,
  name,
  sealed: bytesOf(sealed),
  placeholder,
  managedBy,
  hosts: [...hosts],
  places: [...places],
  updatedAt: new Date(),
})

/** A lock on the owner’s row serialises concurrent changes; Prisma cannot express it. */
async function lockOwner(queries: Queries, { ownerId, teamId, workspaceId }: OwnerColumns): Promise<void> {
  if (ownerId !== null) await queries.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${ownerId}::uuid FOR UPDATE`
  if (teamId !== null) await queries.$queryRaw`SELECT 1 FROM "Team" WHERE "id" = ${teamId}::uuid FOR UPDATE`
  if (workspaceId !== null)
    await queries.$queryRaw`SELECT 1 FROM "Workspace" WHERE "id" = ${workspaceId}::uuid FOR UPDATE`
}
