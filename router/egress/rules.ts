import { z } from 'zod'
import { HostPattern, quoted } from '../host-pattern.ts'

const patterns = z
  .array(
    z.union([z.enum(['preset:packages', 'preset:github', 'preset:ai']), HostPattern], {
      error: ({ input }) =>
        `${quoted(input)} is not a host. Write a name such as api.example.com or *.example.com, without https:// and without a path, or a preset such as preset:packages.`,
    }),
  )
  .max(200)

const mostPer = 1_000_000
const count = (what: string) => {
  const error = `${what} is a whole number from 1 to 1,000,000, or empty for no limit.`
  return z.number(error).int(error).min(1, error).max(mostPer, error).nullable()
}

/** How much may go to a host, of each workspace; what stands at null has no bound. */
export const EgressLimit = z
  .object({
    host: z.union([z.literal('*'), HostPattern], {
      error: ({ input }) =>
        `${quoted(input)} is not a host. Write a name such as api.example.com or *.example.com, or * for all hosts.`,
    }),
    requestsPerMinute: count('Requests per minute'),
    /** Both ways together. */
    megabytesPerHour: count('MB per hour'),
  })
  .refine(
    ({ requestsPerMinute, megabytesPerHour }) => requestsPerMinute !== null || megabytesPerHour !== null,
    'Give a number of requests per minute, of MB per hour, or both.',
  )
export type EgressLimit = z.infer<typeof EgressLimit>

/** Where the workspaces of a person or a team may go, or a single one, within what the deployment lets any. */
export const EgressRules = z.object({
  fallback: z.enum(['open', 'closed']),
  /** Hosts, `*.` and a suffix, or `preset:packages`, `preset:github`, `preset:ai`. */
  allow: patterns,
  /** They count before those that are allowed. */
  deny: patterns,
  limits: z.array(EgressLimit).max(50).default([]),
  /** What becomes of credentials in answers, of which nobody has told arcx: nothing, a note in the record, or that and they are redacted. */
  found: z.enum(['off', 'observe', 'redact']).default('off'),
  /** What becomes of a request with a key of somebody's that does not belong where it goes. */
  pasted: z.enum(['off', 'observe', 'refuse']).default('refuse'),
})
export type EgressRules = z.infer<typeof EgressRules>

export const noRules: EgressRules = {
  fallback: 'open',
  allow: [],
  deny: [],
  limits: [],
  found: 'off',
  pasted: 'refuse',
}
