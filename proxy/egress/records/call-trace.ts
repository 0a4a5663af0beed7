import { randomUUID } from 'node:crypto'
import type { CallRecord, EgressRecord } from './records.ts'
import type { Tenant } from '../tenants/tenants.ts'

export type Description = Pick<EgressRecord, 'workspaceId' | 'userId' | 'method' | 'scheme' | 'host' | 'port' | 'path'>

const none: readonly string[] = []
const noRedactions: Readonly<Record<string, number>> = {}

/** What the record is made from, as it comes to be known. */
export class CallTrace {
  readonly id = randomUUID()
  readonly at = new Date()
  tenant: Tenant | null = null
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
  /** What was known before it went, as JSON without its last brace; empty as long as nothing was. */
  #described = ''
  #workspaceId = ''
  /** Throws once more has gone by than may. */
  meter: (bytes: number) => void = () => undefined

  get isDescribed(): boolean {
    return this.#described !== ''
  }

  /** Put into words once, for the record of its beginning and of its end: they are much of what a short call costs. */
  describe(description: Description): void {
    this.#workspaceId = description.workspaceId
    this.#described = JSON.stringify({ id: this.id, at: this.at.toISOString(), ...description }).slice(0, -1)
  }

  /** As it stands. */
  record(outcome: string): CallRecord {
    const state: Omit<EgressRecord, keyof Description | 'id' | 'at'> = {
      outcome,
      status: this.status,
      bytesUp: this.up,
      bytesDown: this.down,
      durationMs: Date.now() - this.at.getTime(),
      secrets: this.used.size === 0 ? none : [...this.used],
      scrubbed: this.scrubbed,
      redacted: this.redacted.size === 0 ? noRedactions : Object.fromEntries(this.redacted),
    }
    return {
      id: this.id,
      workspaceId: this.#workspaceId,
      json: `${this.#described},${JSON.stringify(state).slice(1)}`,
    }
  }

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
