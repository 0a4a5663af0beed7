import type { RouteShorthandOptions } from 'fastify'

/** A bound for each address. */
export const perMinute = (max: number): RouteShorthandOptions => ({
  config: { rateLimit: { max, timeWindow: 60_000 } },
})
