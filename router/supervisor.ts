import { z } from 'zod'
import { StatsSample } from './workspaces/workspace.ts'

/** A place to listen at or to dial. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/**
 * The one line of JSON that the orchestrator writes to the supervisor's standard input, after which it closes it.
 * So the key is in no argument, variable, label or file.
 */
export interface SupervisorOrders {
  /** 32 bytes, base64; made for this container alone. Both sides prove it by TLS-PSK (RFC 8446, section 4.2.11). */
  readonly key: string
  readonly workspaceName: string
  readonly supervisor: Endpoint
  readonly ide: Endpoint
}

/** The identity both sides name in the handshake; the key alone proves. */
export const pskIdentity = 'arcx-supervisor'

/** `GET /report?after=SEQUENCE`: the samples behind that one, oldest first. */
export const SupervisorReport = z.object({
  ready: z.boolean(),
  lastActivityAt: z.iso.datetime(),
  samples: z.array(z.object({ sequence: z.number().int(), sample: StatsSample })).max(1000),
})
export type SupervisorReport = z.infer<typeof SupervisorReport>
