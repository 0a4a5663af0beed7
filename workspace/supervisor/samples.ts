import type { StatsSample } from '@arcx/router'
import { lastActivity } from './activity.ts'
import { readResources } from './resources.ts'
import { connectionsTo, listeningPorts } from './sockets.ts'
import type { Traffic } from './traffic.ts'

export interface SequencedSample {
  readonly sequence: number
  readonly sample: StatsSample
}

const intervalMs = 2000
const kept = 300

/** Measures every two seconds and keeps the last ten minutes, so that a reader that was away misses nothing. */
export class Samples {
  readonly #startedAt = Date.now()
  readonly #ideSocket: string
  readonly #ownPort: number | null
  readonly #traffic: Traffic
  readonly #timer: NodeJS.Timeout
  #samples: SequencedSample[] = []
  #sequence = 0
  #previous: { readonly at: number; readonly cpuSeconds: number; readonly sent: number; readonly received: number }

  constructor(ideSocket: string, ownPort: number | null, traffic: Traffic) {
    this.#ideSocket = ideSocket
    this.#ownPort = ownPort
    this.#traffic = traffic
    this.#previous = { at: performance.now(), cpuSeconds: readResources().cpuSeconds, ...traffic.total() }
    this.#timer = setInterval(() => this.#measure(), intervalMs)
  }

  after(sequence: number): readonly SequencedSample[] {
    return this.#samples.filter((sample) => sample.sequence > sequence)
  }

  /** The start counts as activity. */
  lastActivityAt(): string {
    return new Date(Math.max(this.#startedAt, lastActivity())).toISOString()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #measure(): void {
    const at = performance.now()
    const { cpuSeconds, cpuLimitCores, memoryBytes, memoryLimitBytes } = readResources()
    const { sent, received } = this.#traffic.total()
    const previous = this.#previous
    const perSecond = (now: number, before: number) => Math.max(0, (now - before) / ((at - previous.at) / 1000))
    this.#previous = { at, cpuSeconds, sent, received }
    this.#sequence += 1
    const sample: StatsSample = {
      at: new Date().toISOString(),
      cpuCores: Math.round(perSecond(cpuSeconds, previous.cpuSeconds) * 1000) / 1000,
      cpuLimitCores,
      memoryBytes,
      memoryLimitBytes,
      sentBytesPerSecond: Math.round(perSecond(sent, previous.sent)),
      receivedBytesPerSecond: Math.round(perSecond(received, previous.received)),
      ports: listeningPorts()
        .filter((port) => port !== this.#ownPort)
        .slice(0, 100),
      connections: connectionsTo(this.#ideSocket),
      lastActivityAt: this.lastActivityAt(),
    }
    this.#samples.push({ sequence: this.#sequence, sample })
    if (this.#samples.length > kept) this.#samples.shift()
  }
}
