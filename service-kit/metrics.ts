import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { droppedLines } from './log.ts'
import type { Log } from './log.ts'

export { Counter, Gauge, Histogram, Registry }

/** A registry of a service's own, with the process's figures already in it, and its log's. */
export function createMetrics(service: string, log: Log): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  let counted = 0
  new Counter({
    name: 'arcx_log_lines_dropped_total',
    help: 'Log lines that could not be written, as on a full disk.',
    registers: [registry],
    collect() {
      const dropped = droppedLines(log)
      this.inc(dropped - counted)
      counted = dropped
    },
  })
  return registry
}

/** A figure that is looked up whenever the metrics are asked for. */
export function addGauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}
