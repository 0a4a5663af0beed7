import { Counter, Gauge, Histogram } from '@arcx/service-kit/metrics'
import type { Registry } from '@arcx/service-kit/metrics'
import type { CallTrace } from './call-trace.ts'

/** What happened to calls, in figures; by outcome, and never by host or workspace, of which there is no end. */
export class EgressMetrics {
  readonly #seconds: Histogram<'outcome'>
  readonly #scrubbed: Counter
  readonly #found: Counter<'rule'>

  /** Since they were last read: counting up a metric with a label costs more than the rest of what is counted of a call. */
  readonly #calls = new Map<string, number>()
  readonly #bytes = { up: 0, down: 0 }

  constructor(registry: Registry, entrances: () => number) {
    const registers = [registry]
    const calls = this.#calls
    new Counter({
      name: 'arcx_proxy_calls_total',
      help: 'Calls of workspaces to the outside.',
      labelNames: ['outcome'],
      registers,
      collect() {
        for (const [outcome, count] of calls) this.inc({ outcome }, count)
        calls.clear()
      },
    })
    this.#seconds = new Histogram({
      name: 'arcx_proxy_call_duration_seconds',
      help: 'From a call’s first byte to its last.',
      labelNames: ['outcome'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    })
    const bytes = this.#bytes
    new Counter({
      name: 'arcx_proxy_bytes_total',
      help: 'Bytes of bodies.',
      labelNames: ['direction'],
      registers,
      collect() {
        for (const direction of ['up', 'down'] as const) {
          this.inc({ direction }, bytes[direction])
          bytes[direction] = 0
        }
      },
    })
    this.#scrubbed = new Counter({
      name: 'arcx_proxy_values_hidden_total',
      help: 'Values of secrets that were replaced in answers.',
      registers,
    })
    this.#found = new Counter({
      name: 'arcx_proxy_credentials_found_total',
      help: 'Credentials that rules found.',
      labelNames: ['rule'],
      registers,
    })
    new Gauge({
      name: 'arcx_proxy_entrances_open_count',
      help: 'Workspaces that are listened for.',
      registers,
      collect() {
        this.set(entrances())
      },
    })
  }

  over({ outcome, at, up, down, scrubbed, redacted }: CallTrace): void {
    this.#calls.set(outcome, (this.#calls.get(outcome) ?? 0) + 1)
    this.#seconds.observe({ outcome }, (Date.now() - at.getTime()) / 1000)
    this.#bytes.up += up
    this.#bytes.down += down
    if (scrubbed > 0) this.#scrubbed.inc(scrubbed)
    for (const [rule, count] of redacted) this.#found.inc({ rule }, count)
  }
}
