import { addressKey } from './connections/client-address.ts'

export interface FailedAttemptsBounds {
  readonly perAddress: number
  readonly inAll: number
  readonly windowMs: number
}

export const failedAttemptsBounds: FailedAttemptsBounds = { perAddress: 10, inAll: 200, windowMs: 60_000 }

/** What becomes of one: `first` of the few that are told of one by one, or `over` the bound. */
export type FailedAttempt = { readonly kind: 'first' } | { readonly kind: 'over'; readonly retryAfterSeconds: number }

/** Wrong tries beyond the bound, of one address, or of all that none was counted for. */
export interface Omitted {
  readonly address: string
  readonly count: number
}

interface Window {
  readonly address: string
  readonly endsAt: number
  tries: number
}

const sweepMs = 1000
const mostAddresses = 10_000

/**
 * Counts credentials that were shown and are none, whatever they were shown for and however they came, by address and in
 * all. A right one is never counted, so that nobody shuts out whoever shares their address. What is over the bound is
 * told of at the end of the window, as a number.
 */
export class FailedAttempts {
  readonly #bounds: FailedAttemptsBounds
  readonly #onOmitted: (omitted: Omitted) => void
  readonly #timer: NodeJS.Timeout
  readonly #windows = new Map<string, Window>()
  #all: Window | null = null

  /** `onOmitted` answers for its own errors. */
  constructor(onOmitted: (omitted: Omitted) => void, bounds = failedAttemptsBounds) {
    this.#bounds = bounds
    this.#onOmitted = onOmitted
    this.#timer = setInterval(() => this.#sweep(Date.now()), sweepMs).unref()
  }

  take(address: string): FailedAttempt {
    const now = Date.now()
    const { perAddress, inAll, windowMs } = this.#bounds
    if (this.#all !== null && this.#all.endsAt <= now) this.#sweep(now)
    const all = (this.#all ??= { address: 'other addresses', endsAt: now + windowMs, tries: 0 })
    const key = addressKey(address)
    let own = this.#windows.get(key)
    if (own !== undefined && own.endsAt <= now) {
      this.#end(key, own)
      own = undefined
    }
    if (own === undefined) {
      // So many addresses at once are nobody's mistakes: they are counted together.
      if (this.#windows.size >= mostAddresses || all.tries >= inAll) {
        all.tries += 1
        return over(all, now)
      }
      own = { address, endsAt: now + windowMs, tries: 0 }
      this.#windows.set(key, own)
    }
    own.tries += 1
    if (own.tries > perAddress) return over(own, now)
    all.tries += 1
    if (all.tries <= inAll) return { kind: 'first' }
    own.tries -= 1
    return over(all, now)
  }

  /** Tells of what is not told yet. */
  close(): void {
    clearInterval(this.#timer)
    this.#sweep(Number.POSITIVE_INFINITY)
  }

  #sweep(now: number): void {
    for (const [key, own] of this.#windows) if (own.endsAt <= now) this.#end(key, own)
    if (this.#all === null || this.#all.endsAt > now) return
    const count = this.#all.tries - this.#bounds.inAll
    const { address } = this.#all
    this.#all = null
    if (count > 0) this.#onOmitted({ address, count })
  }

  #end(key: string, own: Window): void {
    this.#windows.delete(key)
    const count = own.tries - this.#bounds.perAddress
    if (count > 0) this.#onOmitted({ address: own.address, count })
  }
}

const over = ({ endsAt }: Window, now: number): FailedAttempt => ({
  kind: 'over',
  retryAfterSeconds: Math.max(1, Math.ceil((endsAt - now) / 1000)),
})
