import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface GitHubAppRow {
  /** GitHub's number of it. */
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly ownerLogin: string
  readonly url: string
  readonly clientId: string
  readonly sealed: Uint8Array
  readonly createdAt: Date
  /** What GitHub sent before has come here, or was fetched. */
  readonly fetchedTo: Date
}

export class GitHubAppStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get(): Promise<GitHubAppRow | null> {
    return this.#database.gitHubApp.findFirst()
  }

  /** In place of the one that was there. */
  async replace(unit: Unit, row: Omit<GitHubAppRow, 'createdAt' | 'fetchedTo'>): Promise<void> {
    const { gitHubApp } = queriesOf(unit)
    await gitHubApp.deleteMany()
    await gitHubApp.create({ data: { ...row, sealed: Uint8Array.from(row.sealed) }, select: { id: true } })
  }

  async setFetchedTo(id: number, fetchedTo: Date): Promise<void> {
    await this.#database.gitHubApp.updateMany({ where: { id }, data: { fetchedTo } })
  }

  /** Null where there was none. */
  async remove(unit: Unit): Promise<{ readonly id: number; readonly name: string } | null> {
    const { gitHubApp } = queriesOf(unit)
    const row = await gitHubApp.findFirst({ select: { id: true, name: true } })
    await gitHubApp.deleteMany()
    return row
  }

  /** The same under another key, where nobody has replaced it meanwhile. */
  async sealAgain(id: number, before: Uint8Array, sealed: Uint8Array): Promise<void> {
    await this.#database.gitHubApp.updateMany({
      where: { id, sealed: Uint8Array.from(before) },
      data: { sealed: Uint8Array.from(sealed) },
    })
  }
}
