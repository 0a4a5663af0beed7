import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { PresenceEntry } from '@arcx/router'
import type { Channel } from '@arcx/service-kit/channel'
import type { Log } from '@arcx/service-kit/log'
import { PresenceRegistry } from './registry.ts'

const subject = 'arcx-presence'
const beatMs = 1500
/** A process that was not heard for as long is gone, with all whom it held. */
const silentMs = 6000
const perMessage = 500

/** What processes tell each other. `sequence` is the sender's count of changes, so that one who missed some asks for the whole. */
const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('set'), holder: z.uuid(), sequence: z.number().int(), entry: PresenceEntry }),
  z.object({ type: z.literal('end'), holder: z.uuid(), sequence: z.number().int(), key: z.string() }),
  z.object({
    type: z.literal('whole'),
    holder: z.uuid(),
    sequence: z.number().int(),
    part: z.number().int(),
    parts: z.number().int(),
    entries: z.array(PresenceEntry),
  }),
  z.object({ type: z.literal('beat'), holder: z.uuid(), sequence: z.number().int() }),
  /** `of` null: everybody is asked. */
  z.object({ type: z.literal('ask'), of: z.uuid().nullable() }),
  z.object({ type: z.literal('bye'), holder: z.uuid() }),
])
type Message = z.infer<typeof Message>

interface Holder {
  sequence: number
  heardAt: number
  /** Keys of the whole that is coming in pieces. */
  coming: Set<string>
}

/**
 * Who is here, over all processes of all services: each holds those who are connected to it and tells the others. Nothing
 * of it is stored; who is asked anew says it anew.
 */
export class Presence {
  readonly registry = new PresenceRegistry()
  /** Numbers of the roll are this process's own. */
  readonly holder = randomUUID()
  readonly #own = new Map<string, PresenceEntry>()
  readonly #others = new Map<string, Holder>()
  readonly #channel: Channel
  readonly #timer: NodeJS.Timeout
  #sequence = 0

  constructor(channel: Channel, log: Log) {
    this.#channel = channel
    channel.subscribe(subject, (bytes) => {
      const parsed = Message.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
      if (parsed.success) this.#hear(parsed.data)
      else log.warn('an unknown message of presence')
    })
    this.#publish({ type: 'ask', of: null })
    this.#timer = setInterval(() => this.#beat(), beatMs)
  }

  /** Says or says anew where a client of this process is. */
  set(entry: PresenceEntry): void {
    const before = this.#own.get(entry.key)
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(entry)) return
    this.#own.set(entry.key, entry)
    this.#sequence += 1
    this.registry.set(this.holder, entry)
    this.#publish({ type: 'set', holder: this.holder, sequence: this.#sequence, entry })
  }

  end(key: string): void {
    if (!this.#own.delete(key)) return
    this.#sequence += 1
    this.registry.end(this.holder, key)
    this.#publish({ type: 'end', holder: this.holder, sequence: this.#sequence, key })
  }

  /** Those whom this process holds. */
  own(): readonly PresenceEntry[] {
    return [...this.#own.values()]
  }

  close(): void {
    clearInterval(this.#timer)
    this.#publish({ type: 'bye', holder: this.holder })
  }

  #hear(message: Message): void {
    if (message.type === 'ask')
      return message.of === null || message.of === this.holder ? this.#publishAll() : undefined
    if (message.type === 'bye') {
      this.#others.delete(message.holder)
      return this.registry.endAll(message.holder)
    }
    const known = this.#others.get(message.holder)
    const holder = known ?? { sequence: -1, heardAt: 0, coming: new Set<string>() }
    this.#others.set(message.holder, holder)
    holder.heardAt = Date.now()
    switch (message.type) {
      case 'whole': {
        if (message.part === 0) holder.coming.clear()
        for (const entry of message.entries) {
          holder.coming.add(entry.key)
          this.registry.set(message.holder, entry)
        }
        if (message.part < message.parts - 1) return
        for (const key of this.registry.keysOf(message.holder))
          if (!holder.coming.has(key)) this.registry.end(message.holder, key)
        holder.sequence = message.sequence
        return
      }
      case 'set':
      case 'end': {
        if (message.sequence === holder.sequence + 1) {
          holder.sequence = message.sequence
          if (message.type === 'set') this.registry.set(message.holder, message.entry)
          else this.registry.end(message.holder, message.key)
        } else if (message.sequence > holder.sequence) this.#publish({ type: 'ask', of: message.holder })
        return
      }
      case 'beat':
        if (message.sequence !== holder.sequence) this.#publish({ type: 'ask', of: message.holder })
    }
  }

  #publishAll(): void {
    const entries = this.own()
    const parts = Math.max(1, Math.ceil(entries.length / perMessage))
    for (let part = 0; part < parts; part += 1) {
      this.#publish({
        type: 'whole',
        holder: this.holder,
        sequence: this.#sequence,
        part,
        parts,
        entries: entries.slice(part * perMessage, (part + 1) * perMessage),
      })
    }
  }

  #beat(): void {
    const now = Date.now()
    for (const [id, { heardAt }] of this.#others) {
      if (now - heardAt <= silentMs) continue
      this.#others.delete(id)
      this.registry.endAll(id)
    }
    this.#publish({ type: 'beat', holder: this.holder, sequence: this.#sequence })
  }

  #publish(message: Message): void {
    this.#channel.publish(subject, JSON.stringify(message))
  }
}
