import type { EgressLimit } from '@arcx/router'
import { matchesHost } from './host.ts'
import { Refusal } from './refusal.ts'

const minuteMs = 60_000
const hourMs = 3600_000
const rememberedLimit = 20_000

interface Window {
  minute: number
  requests: number
  hour: number
  bytes: number
}

/** How often, and how much, each workspace may call a host: counted from the full minute and hour, in this process. */
export class RateLimits {
  readonly #windows = new Map<string, Window>()

  /** Counts a request; returns what counts its bytes, and throws once there are too many. @throws {Refusal} 429. */
  admit(workspaceId: string, host: string, limits: readonly EgressLimit[]): (bytes: number) => void {
    const now = Date.now()
    const here = limits
      .filter((limit) => limit.host === '*' || matchesHost(limit.host, host))
      .map((limit) => ({ limit, window: this.#windowOf(workspaceId, limit, now) }))
    for (const { limit, window } of here) {
      if (limit.requestsPerMinute !== null && window.requests >= limit.requestsPerMinute) {
        throw new Refusal(
          429,
          'rate_exceeded',
          `This workspace may call ${host} ${limit.requestsPerMinute} times a minute: its rules for network access limit ${limit.host}.`,
          Math.ceil((window.minute + minuteMs - now) / 1000),
        )
      }
      if (isSpent(limit, window)) throw spent(host, limit, window, now)
    }
    for (const { window } of here) window.requests += 1
    if (here.length === 0) return () => undefined
    return (bytes) => {
      for (const { limit, window } of here) {
        window.bytes += bytes
        if (isSpent(limit, window)) throw spent(host, limit, window, Date.now())
      }
    }
  }

  #windowOf(workspaceId: string, { host }: EgressLimit, now: number): Window {
    const key = `${workspaceId} ${host}`
    const known = this.#windows.get(key)
    if (known === undefined) {
      if (this.#windows.size >= rememberedLimit) this.#windows.clear()
      const made: Window = { minute: now - (now % minuteMs), requests: 0, hour: now - (now % hourMs), bytes: 0 }
      this.#windows.set(key, made)
      return made
    }
    if (now >= known.minute + minuteMs) Object.assign(known, { minute: now - (now % minuteMs), requests: 0 })
    if (now >= known.hour + hourMs) Object.assign(known, { hour: now - (now % hourMs), bytes: 0 })
    return known
  }
}

const isSpent = ({ megabytesPerHour }: EgressLimit, { bytes }: Window) =>
  megabytesPerHour !== null && bytes >= megabytesPerHour * 1e6

const spent = (host: string, { megabytesPerHour, host: pattern }: EgressLimit, { hour }: Window, now: number) =>
  new Refusal(
    429,
    'bytes_exceeded',
    `This workspace may exchange ${megabytesPerHour} MB an hour with ${host}: its rules for network access limit ${pattern}.`,
    Math.max(1, Math.ceil((hour + hourMs - now) / 1000)),
  )
