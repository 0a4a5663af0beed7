import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { JsonFile } from '../storage/json-file.ts'
import type { AccountView } from '@arcx/desktop-contract/contract'

/** The system's keychain. Where there is none, nothing is sealed and nothing that needs it is kept. */
export interface Keychain {
  readonly isAvailable: boolean
  /** To base64. */
  seal(text: string): string
  /** @throws where another user, or another machine, sealed it. */
  unseal(sealed: string): string
}

export const SavedAccounts = z.object({
  current: z.string().nullable(),
  accounts: z.array(
    z.object({ id: z.string(), server: z.url(), login: z.string(), sealedSession: z.string().nullable() }),
  ),
})
export type SavedAccounts = z.infer<typeof SavedAccounts>
type SavedAccount = SavedAccounts['accounts'][number]

/** Who somebody is on which servers. Sessions are on disk only as the keychain sealed them. */
export class Accounts {
  readonly #file: JsonFile<typeof SavedAccounts>
  readonly #keychain: Keychain
  readonly #sessions = new Map<string, string>()
  #kept: SavedAccounts

  private constructor(file: JsonFile<typeof SavedAccounts>, keychain: Keychain, kept: SavedAccounts) {
    this.#file = file
    this.#keychain = keychain
    this.#kept = kept
  }

  static async open(file: JsonFile<typeof SavedAccounts>, keychain: Keychain): Promise<Accounts> {
    return new Accounts(file, keychain, (await file.read()) ?? { current: null, accounts: [] })
  }

  get views(): readonly AccountView[] {
    return this.#kept.accounts.map(({ id, server, login }) => ({
      id,
      server,
      login,
      signedIn: this.sessionOf(id) !== null,
    }))
  }

  get current(): AccountView | null {
    return this.views.find(({ id }) => id === this.#kept.current) ?? this.views[0] ?? null
  }

  /** On this server, as anybody. */
  on(server: string): AccountView | null {
    const there = this.views.filter((each) => each.server === server)
    return (
      there.find(({ id }) => id === this.#kept.current) ?? there.find(({ signedIn }) => signedIn) ?? there[0] ?? null
    )
  }

  /** Null where one has to sign in again. */
  sessionOf(id: string): string | null {
    const known = this.#sessions.get(id)
    if (known !== undefined) return known
    const sealed = this.#find(id)?.sealedSession ?? null
    if (sealed === null) return null
    try {
      const session = this.#keychain.unseal(sealed)
      this.#sessions.set(id, session)
      return session
    } catch {
      return null
    }
  }

  /** Adds who has just signed in, or gives a known one the new session, and makes it the current. */
  async signedIn(server: string, login: string, session: string): Promise<string> {
    const known = this.#kept.accounts.find((each) => each.server === server && each.login === login)
    const account: SavedAccount = {
      id: known?.id ?? randomUUID(),
      server,
      login,
      sealedSession: this.#keychain.isAvailable ? this.#keychain.seal(session) : null,
    }
    this.#sessions.set(account.id, session)
    await this.#keep({
      current: account.id,
      accounts: [...this.#kept.accounts.filter(({ id }) => id !== account.id), account],
    })
    return account.id
  }

  async use(id: string): Promise<void> {
    if (this.#find(id) !== undefined) await this.#keep({ ...this.#kept, current: id })
  }

  /** The session has ended; the account stays, so that one can sign in again with a click. */
  async forgetSession(id: string): Promise<void> {
    this.#sessions.delete(id)
    await this.#keep({
      ...this.#kept,
      accounts: this.#kept.accounts.map((each) => (each.id === id ? { ...each, sealedSession: null } : each)),
    })
  }

  async remove(id: string): Promise<void> {
    this.#sessions.delete(id)
    const accounts = this.#kept.accounts.filter((each) => each.id !== id)
    await this.#keep({ accounts, current: this.#kept.current === id ? (accounts[0]?.id ?? null) : this.#kept.current })
  }

  #find(id: string): SavedAccount | undefined {
    return this.#kept.accounts.find((each) => each.id === id)
  }

  async #keep(kept: SavedAccounts): Promise<void> {
    this.#kept = kept
    await this.#file.write(kept)
  }
}
