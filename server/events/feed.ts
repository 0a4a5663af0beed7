import type { DomainEvent } from '@arcx/router'
import type { Bus, SequencedEvent } from '@arcx/service-kit/bus'

const kept = 2000
const waitingLimit = 1000

/** Something was missed: read the whole again. */
export interface Gap {
  readonly gap: true
  /** Events behind this one will still come. */
  readonly sequence: number
}

export type FeedItem = SequencedEvent | Gap

/**
 * The bus's events, read once a process and handed to any number of subscribers. It keeps the latest, so that one who
 * comes back resumes; one who is too slow, or too long away, is told of a gap and costs no memory.
 */
export class Feed {
  readonly #subscribers = new Set<Subscriber>()
  readonly #listeners: ((event: DomainEvent) => void)[] = []
  readonly #abort = new AbortController()
  #kept: SequencedEvent[] = []
  #sequence = 0

  static async open(bus: Bus): Promise<Feed> {
    const feed = new Feed()
    const last = await bus.lastSequence()
    feed.#sequence = last
    const from = Math.max(1, last - kept + 1)
    const caughtUp = Promise.withResolvers<void>()
    if (last === 0) caughtUp.resolve()
    void feed.#follow(bus, from, last, caughtUp.resolve)
    // What was kept before is a convenience for those who resume, so it is not waited for long.
    await Promise.race([caughtUp.promise, new Promise((resolve) => setTimeout(resolve, 1000))])
    return feed
  }

  /**
   * Events behind `after`, or from now on. The first item is a gap when `after` is unknown or too long ago. What does not
   * concern a subscriber is not kept for them, and does not wake them.
   */
  async *subscribe(
    after: string | undefined,
    signal: AbortSignal,
    concerns: (event: DomainEvent) => boolean = () => true,
  ): AsyncIterable<FeedItem> {
    const from = after === undefined ? Number.NaN : Number(after)
    const oldest = this.#kept[0]?.sequence ?? this.#sequence + 1
    const known = Number.isInteger(from) && from >= oldest - 1 && from <= this.#sequence
    const subscriber = new Subscriber(
      known ? this.#kept.filter(({ sequence, event }) => sequence > from && concerns(event)) : null,
      this.#sequence,
      concerns,
    )
    const wake = () => subscriber.wake()
    this.#subscribers.add(subscriber)
    signal.addEventListener('abort', wake, { once: true })
    try {
      while (!signal.aborted && !this.#abort.signal.aborted) {
        const next = subscriber.next()
        if (next === undefined) await subscriber.more()
        else yield next
      }
    } finally {
      this.#subscribers.delete(subscriber)
      signal.removeEventListener('abort', wake)
    }
  }

  /** Calls with each event, before any subscriber gets it. */
  listen(listener: (event: DomainEvent) => void): void {
    this.#listeners.push(listener)
  }

  close(): void {
    this.#abort.abort()
    for (const subscriber of this.#subscribers) subscriber.wake()
  }

  async #follow(bus: Bus, from: number, upTo: number, onCaughtUp: () => void): Promise<void> {
    for await (const event of bus.follow(from, this.#abort.signal)) {
      this.#kept.push(event)
      if (this.#kept.length > kept) this.#kept.shift()
      if (event.sequence >= upTo) onCaughtUp()
      if (event.sequence <= upTo && this.#sequence === upTo) continue
      this.#sequence = event.sequence
      for (const listener of this.#listeners) listener(event.event)
      for (const subscriber of this.#subscribers) subscriber.push(event)
    }
  }
}

class Subscriber {
  #waiting: FeedItem[]
  #wake: () => void = () => undefined

  readonly #concerns: (event: DomainEvent) => boolean

  constructor(missed: readonly SequencedEvent[] | null, sequence: number, concerns: (event: DomainEvent) => boolean) {
    this.#concerns = concerns
    this.#waiting = missed === null ? [{ gap: true, sequence }] : [...missed]
  }

  push(event: SequencedEvent): void {
    if (!this.#concerns(event.event)) return
    if (this.#waiting.length >= waitingLimit) this.#waiting = [{ gap: true, sequence: event.sequence }]
    else this.#waiting.push(event)
    this.#wake()
  }

  next(): FeedItem | undefined {
    return this.#waiting.shift()
  }

  /** Until something has come, or all is over. */
  more(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  wake(): void {
    this.#wake()
  }
}
