import { randomUUID } from 'node:crypto'
import type { Channel } from '@arcx/service-kit/channel'

const beatSubject = 'arcx-collab-beat'
const beatMs = 1500
/** A copy that was not heard for as long is gone, and the cursors of those who were connected to it. */
const silentMs = 6000
/** Beyond NATS's own bound of a message less what stands around it; what is larger is read from PostgreSQL instead. */
const maxBytes = 900 * 1024

const kinds = { update: 0, awareness: 1, whoIsHere: 2, readAgain: 3 } as const

export interface TextListener {
  /** Something that another copy has stored. */
  onUpdate(update: Uint8Array): void
  /** Cursors of those who are connected to another copy. */
  onAwareness(update: Uint8Array, copy: string): void
  /** Somebody asks who is connected here. */
  onWhoIsHere(): void
  /** Something may have been missed: what is stored is to be read again. */
  onGap(): void
  onCopyGone(copy: string): void
}

/** One text's line to the other copies of team-state. */
export interface TextPeers {
  publishUpdate(update: Uint8Array): void
  /** Something is stored that is to be read. */
  publishGap(): void
  publishAwareness(update: Uint8Array): void
  close(): void
}

/**
 * The other copies of team-state, over NATS. PostgreSQL is the truth and this only carries news of it: whatever is
 * missed while the bus is away is read from there once it is back.
 */
export class Peers {
  readonly #channel: Channel
  readonly #listeners = new Map<string, TextListener>()
  readonly #copies = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  readonly #self = randomUUID()

  constructor(channel: Channel) {
    this.#channel = channel
    channel.subscribe(beatSubject, (bytes) => this.#heard(Buffer.from(bytes).toString('latin1')))
    channel.onReturn(() => this.#askAgain())
    this.#timer = setInterval(() => this.#beat(), beatMs)
    this.#beat()
  }

  /** Resolves once everything published from now on will be received. */
  async join(textId: string, listener: TextListener): Promise<TextPeers> {
    const subject = `arcx-collab.${textId}`
    const stop = this.#channel.subscribe(subject, (bytes) => this.#hear(bytes, listener))
    this.#listeners.set(textId, listener)
    // With the bus away the text can be worked on here all the same; it is read again once the bus is back.
    await Promise.race([this.#channel.flush(), new Promise((resolve) => setTimeout(resolve, 1000))])
    this.#publish(subject, kinds.whoIsHere, new Uint8Array())
    const publishGap = () => this.#publish(subject, kinds.readAgain, new Uint8Array())
    return {
      publishUpdate: (update) =>
        update.length > maxBytes ? publishGap() : this.#publish(subject, kinds.update, update),
      publishGap,
      publishAwareness: (update) => {
        if (update.length <= maxBytes) this.#publish(subject, kinds.awareness, update)
      },
      close: () => {
        stop()
        if (this.#listeners.get(textId) === listener) this.#listeners.delete(textId)
      },
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #hear(bytes: Uint8Array, listener: TextListener): void {
    const kind = bytes[0]
    const copy = Buffer.from(bytes.subarray(1, 37)).toString('latin1')
    const data = bytes.subarray(37)
    if (kind === kinds.update) listener.onUpdate(data)
    else if (kind === kinds.awareness) {
      this.#heard(copy)
      listener.onAwareness(data, copy)
    } else if (kind === kinds.whoIsHere) listener.onWhoIsHere()
    else if (kind === kinds.readAgain) listener.onGap()
  }

  /** A new copy may replace one that died after it had stored something and before it published it. */
  #heard(copy: string): void {
    const isNew = !this.#copies.has(copy)
    this.#copies.set(copy, Date.now())
    if (isNew) for (const listener of this.#listeners.values()) listener.onGap()
  }

  #publish(subject: string, kind: number, data: Uint8Array): void {
    this.#channel.publish(subject, Buffer.concat([Buffer.from([kind]), Buffer.from(this.#self, 'latin1'), data]))
  }

  #beat(): void {
    const now = Date.now()
    for (const [copy, heardAt] of this.#copies) {
      if (now - heardAt <= silentMs) continue
      this.#copies.delete(copy)
      for (const listener of this.#listeners.values()) {
        listener.onCopyGone(copy)
        listener.onGap()
      }
    }
    this.#channel.publish(beatSubject, this.#self)
  }

  #askAgain(): void {
    for (const [textId, listener] of this.#listeners) {
      listener.onGap()
      this.#publish(`arcx-collab.${textId}`, kinds.whoIsHere, new Uint8Array())
    }
  }
}
