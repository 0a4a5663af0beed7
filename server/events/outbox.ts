import { DomainEvent } from '@arcx/router'
import type { Bus } from '@arcx/service-kit/bus'
import type { Log } from '@arcx/service-kit/log'
import type { OutboxStore } from './store.ts'

const batchSize = 100
const idleMs = 1000
/** What is behind waits for the next time, where the bus is slow. */
const carryMs = 5000

/** Carries events from the outbox to the bus, in order; the bus drops what it has already. */
export class OutboxRelay {
  readonly #store: OutboxStore
  readonly #bus: Bus
  readonly #deployment: string
  readonly #log: Log
  #wake: () => void = () => undefined
  #woken = false
  #stopped = false
  readonly #done: Promise<void>

  constructor(store: OutboxStore, bus: Bus, deployment: string, log: Log) {
    this.#store = store
    this.#bus = bus
    this.#deployment = deployment
    this.#log = log
    this.#done = this.#run()
  }

  /** There are events: without it they go out within a second. */
  poke(): void {
    this.#woken = true
    this.#wake()
  }

  async close(): Promise<void> {
    this.#stopped = true
    this.poke()
    await this.#done
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false
      try {
        while ((await this.#carry()) === batchSize);
      } catch (error) {
        this.#log.warn({ err: error }, 'events wait in the outbox')
      }
      if (!this.#woken) await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, idleMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #carry(): Promise<number> {
    return this.#store.carry(batchSize, carryMs, (event, id) =>
      this.#bus.publish(DomainEvent.parse(event), `${this.#deployment}-${id}`),
    )
  }
}
