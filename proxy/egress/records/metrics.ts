import { Counter, Gauge, Histogram } from '@arcx/service-kit/metrics'
import type { Registry } from '@arcx/service-kit/metrics'
import type { CallTrace } from './call-trace.ts'

/** What happened to calls, in figures; by outcome, and never by host or workspace, of which there is no end. */
export class EgressMetrics {
  readonly #calls: Counter<'outcome'>
  readonly #seconds: Histogram<'outcome'>
  readonly #bytes: Counter<'direction'>
  readonly #scrubbed: Counter
  readonly #found: Counter<'rule'>

  constructor(registry: Registry, entrances: () => number) {
    const registers = [registry]
    this.#calls = new Counter({
      name: 'arcx_proxy_calls_total',
      help: 'Calls of workspaces to the outside.',
      labelNames: ['outcome'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'arcx_proxy_call_duration_seconds',
      help: 'From a call’s first byte to its last.',
      labelNames: ['outcome'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    })
    this.#bytes = new Counter({
      name: 'arcx_proxy_bytes_total',
      help: 'Bytes of bodies.',
      labelNames: ['direction'],
      registers,
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
    this.#calls.inc({ outcome })
    this.#seconds.observe({ outcome }, (Date.now() - at.getTime()) / 1000)
    this.#bytes.inc({ direction: 'up' }, up)
    this.#bytes.inc({ direction: 'down' }, down)
    if (scrubbed > 0) this.#scrubbed.inc(scrubbed)
    for (const [rule, count] of redacted) this.#found.inc({ rule }, count)
  }
}
