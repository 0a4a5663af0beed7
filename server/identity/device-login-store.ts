import { SessionId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

type Hash = Uint8Array<ArrayBuffer>

/** Programs that wait for their person to type a code, each by the hash of its own. */
export class DeviceLoginStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(login: {
    readonly hash: Hash
    readonly userCode: string
    readonly clientName: string
    readonly address: string
    readonly expiresAt: Date
  }): Promise<void> {
    await this.#database.deviceLogin.create({ data: login, select: { hash: true } })
  }

  async removeExpired(): Promise<void> {
    await this.#database.deviceLogin.deleteMany({ where: { expiresAt: { lt: new Date() } } })
  }

  /** Removes one that was answered; of two who ask at once, one gets it. `sessionId` is null where it was denied. */
  async takeAnswered(
    hash: Hash,
  ): Promise<{ readonly clientName: string; readonly sessionId: SessionId | null } | undefined> {
    // Raw, as it must be one statement: `deleteMany` returns no rows, and `delete` throws where there is none.
    const [row] = await this.#database.$queryRaw<
      { readonly state: 'approved' | 'denied'; readonly sessionId: string | null; readonly clientName: string }[]
    >`
      DELETE FROM "DeviceLogin" WHERE "hash" = ${hash} AND "expiresAt" > now() AND "state" <> 'pending'
      RETURNING "state", "sessionId", "clientName"`
    if (row === undefined) return undefined
    return { clientName: row.clientName, sessionId: row.state === 'approved' ? SessionId.parse(row.sessionId) : null }
  }

  async isWaiting(hash: Hash): Promise<boolean> {
    return (await this.#database.deviceLogin.count({ where: { hash, expiresAt: { gt: new Date() } } })) > 0
  }

  waitingBy(userCode: string) {
    return this.#database.deviceLogin.findFirst({
      where: { userCode, state: 'pending', expiresAt: { gt: new Date() } },
      select: { clientName: true, address: true, createdAt: true },
    })
  }

  /** Answers one that waits; `undefined` where none does. */
  async answer(
    unit: Unit,
    userCode: string,
    state: 'approved' | 'denied',
    sessionId: SessionId,
  ): Promise<{ readonly clientName: string } | undefined> {
    const [answered] = await queriesOf(unit).deviceLogin.updateManyAndReturn({
      where: { userCode, state: 'pending', expiresAt: { gt: new Date() } },
      data: { state, sessionId },
      select: { clientName: true },
    })
    return answered
  }
}
