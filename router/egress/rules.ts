import { z } from 'zod'
import { HostPattern } from '../host-pattern.ts'

const patterns = z.array(z.union([z.enum(['preset:packages', 'preset:github', 'preset:ai']), HostPattern], 'A host is a name such as api.example.com, *.example.com, or a preset such as preset:packages.')).max(200)

/** How much may go to a host, of each workspace; what stands at null has no bound. */
export const EgressLimit = z
  .object({
    host: z.union([z.literal('*'), HostPattern]),
    requestsPerMinute: z.number().int().min(1).max(1_000_000).nullable(),
    /** Both ways together. */
    megabytesPerHour: z.number().int().min(1).max(1_000_000).nullable(),
  })
  .refine(({ requestsPerMinute, megabytesPerHour }) => requestsPerMinute !== null || megabytesPerHour !== null, 'A limit bounds requests, bytes, or both.')
export type EgressLimit = z.infer<typeof EgressLimit>

/** Where the workspaces of a person or a team may go, or a single one, within what the deployment lets any. */
export const EgressRules = z.object({
  fallback: z.enum(['open', 'closed']),
  /** Hosts, `*.` and a suffix, or `preset:packages`, `preset:github`, `preset:ai`. */
  allow: patterns,
  /** They count before those that are allowed. */
  deny: patterns,
  limits: z.array(EgressLimit).max(50).default([]),
  /** What becomes of credentials in answers, of which nobody has told arcx: nothing, a note in the record, or that and they are blotted out. */
  found: z.enum(['off', 'observe', 'redact']).default('off'),
  /** What becomes of a request with a key of somebody's that does not belong where it goes. */
  pasted: z.enum(['off', 'observe', 'refuse']).default('refuse'),
})
export type EgressRules = z.infer<typeof EgressRules>

export const noRules: EgressRules = { fallback: 'open', allow: [], deny: [], limits: [], found: 'off', pasted: 'refuse' }
