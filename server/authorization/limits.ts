import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { errors } from '@arcx/router'
import type { Limited, LimitsPort } from '@arcx/router'

/** How many, in how many seconds. */
const limits: Readonly<Record<Limited, readonly [number, number]>> = {
  'workspaces.create': [60, 60],
  'workspaces.drive': [120, 60],
  'teams.create': [20, 600],
  'teams.invite': [120, 600],
  'teams.join': [60, 60],
  'tokens.create': [30, 600],
  'presence.set': [600, 60],
  'programs.begin': [20, 60],
  'programs.poll': [120, 60],
  'programs.answer': [30, 60],
  'webhooks.send': [60, 60],
  changes: [600, 60],
}

/** Counts in this process's memory: several copies together let through that many times more. */
export class Limits implements LimitsPort {
  readonly #limiters = new Map<Limited, RateLimiterMemory>()

  async take(what: Limited, key: string): Promise<void> {
    const [points, duration] = limits[what]
    const limiter = this.#limiters.get(what) ?? new RateLimiterMemory({ points, duration })
    this.#limiters.set(what, limiter)
    try {
      await limiter.consume(key)
    } catch (spent) {
      if (!(spent instanceof RateLimiterRes)) throw spent
      throw errors.tooManyRequests(Math.max(1, Math.ceil(spent.msBeforeNext / 1000)))
    }
  }
}
