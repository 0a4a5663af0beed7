import { z } from 'zod'
import { StatsSample } from './workspaces/workspace.ts'

/**
 * The one line of JSON that the orchestrator writes to the supervisor's standard input, after which it closes it.
 * So the key is in no argument, variable, label or file.
 */
export interface SupervisorOrders {
  /** 32 bytes, base64; made for this container alone. Both sides prove it by TLS-PSK (RFC 8446, section 4.2.11). */
  readonly key: string
  readonly workspaceName: string
  /** The mounted directory in which the supervisor makes `supervisor.sock` and the IDE `ide.sock`. */
  readonly sockets: string
  /** Where the IDE is also to be had by TCP, for an edge that cannot use the socket; `null` for nowhere. */
  readonly tcpPort: number | null
  /** The certificate (PEM) of arc-proxy's authority; `null` where there is no way out. */
  readonly authority: string | null
  /** Variables for the workspace's programs: names and placeholders of secrets. */
  readonly environment: Readonly<Record<string, string>>
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
