import { createHash, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { Claims, CodeStore } from './store.ts'

export type CodePurpose = 'sign-in' | 'workspace-entry' | 'github' | 'github-app' | 'program'

const hashOf = (code: string) => new Uint8Array(createHash('sha256').update(code).digest())

/** Codes that can be exchanged once, within their time. Only their hashes are stored. */
export class Codes {
  readonly #store: CodeStore

  constructor(store: CodeStore) {
    this.#store = store
  }

  async issue(purpose: CodePurpose, claims: Claims, lifetimeSeconds: number): Promise<string> {
    const code = randomBytes(32).toString('base64url')
    const expiresAt = new Date(Date.now() + lifetimeSeconds * 1000)
    await this.#store.add({ hash: hashOf(code), purpose, claims, expiresAt })
    return code
  }

  /** Exchanges a code: of any number at once, one gets its claims, the rest `null`. */
  async redeem<S extends z.ZodType>(purpose: CodePurpose, code: string, claims: S): Promise<z.infer<S> | null> {
    const found = await this.#store.take(hashOf(code), purpose)
    return found === undefined ? null : claims.parse(found)
  }

  sweep(): Promise<void> {
    return this.#store.removeExpired()
  }
}
