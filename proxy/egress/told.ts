import { randomUUID } from 'node:crypto'
import type { EgressRecord } from './records.ts'
import type { Tenant } from './tenants.ts'

export type Description = Pick<EgressRecord, 'workspaceId' | 'userId' | 'method' | 'scheme' | 'host' | 'port' | 'path'>

/** What the record is made from, as it comes to be known. */
export class Told {
  readonly id = randomUUID()
  readonly at = new Date()
  tenant: Tenant | null = null
  /** What was known before it went. */
  description: Description | null = null
  outcome = 'passed'
  status: number | null = null
  up = 0
  down = 0
  /** Values of secrets that were replaced in what came back. */
  scrubbed = 0
  /** Secrets that were put in, by name. */
  readonly used = new Set<string>()
  /** Credentials that rules found. */
  readonly redacted = new Map<string, number>()
  /** Throws once more has gone by than may. */
  meter: (bytes: number) => void = () => undefined

  sent(bytes: number): void {
    this.up += bytes
    this.meter(bytes)
  }

  received(bytes: number): void {
    this.down += bytes
    this.meter(bytes)
  }

  found(rule: string): void {
    this.redacted.set(rule, (this.redacted.get(rule) ?? 0) + 1)
  }
}
