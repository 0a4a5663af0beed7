import { makeProofKey, openLoopback } from '@arcx/loopback'
import type { Loopback, ProofKey } from '@arcx/loopback'
import type { SignInState } from '@arcx/desktop-contract/contract'
import { parseServerAddress } from './server-address.ts'

export interface SignedIn {
  readonly server: string
  readonly login: string
  readonly session: string
}

/** The server's side of a sign-in. Each throws with a sentence for the person. */
export interface SignInServer {
  /** Whether an arcx is there; by which origin it wants to be known. */
  greet(server: string): Promise<string>
  enter(server: string, code: string, verifier: string, clientName: string): Promise<SignedIn>
}

export interface SignInDependencies {
  readonly server: SignInServer
  readonly clientName: string
  openExternally(url: string): Promise<void>
  onState(state: SignInState): void
  onSignedIn(signedIn: SignedIn): Promise<void>
}

interface Attempt {
  readonly origin: string
  readonly key: ProofKey
  readonly loopback: Loopback
  readonly timer: NodeJS.Timeout
}

const waitMs = 10 * 60_000

/**
 * Signing in by the system's browser: it comes back by the app's own address, or, where that is not registered, to a
 * loopback port (RFC 8252, sections 7.1 and 7.3). What comes back is a code that only the holder of the verifier can
 * exchange (RFC 7636), so whoever else sees the address has nothing.
 */
export class SignIn {
  readonly #dependencies: SignInDependencies
  #attempt: Attempt | null = null

  constructor(dependencies: SignInDependencies) {
    this.#dependencies = dependencies
  }

  async begin(typed: string): Promise<void> {
    this.cancel()
    const address = parseServerAddress(typed)
    if (!address.ok) return this.#dependencies.onState({ kind: 'failed', server: typed, message: address.message })
    try {
      const origin = await this.#dependencies.server.greet(address.origin)
      const key = makeProofKey()
      const loopback = await openLoopback(
        { done: 'Go back to arcx; you can close this page.', again: 'Begin again in arcx.' },
        (code, state) => {
          const isMine = this.isMine(state)
          if (isMine) void this.complete(code, state)
          return isMine
        },
      )
      const timer = setTimeout(() => this.#fail(origin, 'Nobody signed in within ten minutes. Try again.'), waitMs)
      this.#attempt = { origin, key, loopback, timer }
      const query = new URLSearchParams({
        kind: 'desktop',
        port: String(loopback.port),
        state: key.state,
        challenge: key.challenge,
        name: this.#dependencies.clientName,
      })
      const url = `${origin}/authorize?${query}`
      this.#dependencies.onState({ kind: 'waiting', server: origin, url })
      await this.#dependencies.openExternally(url)
    } catch (error) {
      this.#fail(address.origin, error instanceof Error ? error.message : String(error))
    }
  }

  /** Whether a deep link's state is that of the sign-in that is under way. */
  isMine(state: string): boolean {
    return this.#attempt !== null && this.#attempt.key.state === state
  }

  /** The browser has come back. What belongs to no sign-in of ours is dropped. */
  async complete(code: string, state: string): Promise<void> {
    const attempt = this.#attempt
    if (attempt === null || attempt.key.state !== state) return
    this.#end()
    try {
      const signedIn = await this.#dependencies.server.enter(
        attempt.origin,
        code,
        attempt.key.verifier,
        this.#dependencies.clientName,
      )
      await this.#dependencies.onSignedIn(signedIn)
      this.#dependencies.onState({ kind: 'none' })
    } catch (error) {
      this.#fail(attempt.origin, error instanceof Error ? error.message : String(error))
    }
  }

  cancel(): void {
    if (this.#attempt === null) return
    this.#end()
    this.#dependencies.onState({ kind: 'none' })
  }

  #fail(server: string, message: string): void {
    this.#end()
    this.#dependencies.onState({ kind: 'failed', server, message })
  }

  #end(): void {
    const attempt = this.#attempt
    this.#attempt = null
    if (attempt === null) return
    clearTimeout(attempt.timer)
    attempt.loopback.close()
  }
}
