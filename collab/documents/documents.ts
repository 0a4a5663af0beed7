import type { Log } from '@arcx/service-kit/log'
import type { Peers } from '../peers/peers.ts'
import { Document } from './document.ts'
import type { DocumentStore } from './store.ts'

const sweepMs = 10_000

/** The texts that somebody has open. Those that nobody has are forgotten, and read again when somebody comes. */
export class Documents {
  readonly #store: DocumentStore
  readonly #peers: Peers
  readonly #log: Log
  readonly #open = new Map<string, Promise<Document>>()
  readonly #timer: NodeJS.Timeout

  constructor(store: DocumentStore, peers: Peers, log: Log) {
    this.#store = store
    this.#peers = peers
    this.#log = log
    this.#timer = setInterval(() => void this.#sweep(), sweepMs)
  }

  /** @throws when it cannot be read. */
  open(workspaceId: string, path: string): Promise<Document> {
    const key = `${workspaceId}/${path}`
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const loading = this.#load(workspaceId, path)
    this.#open.set(key, loading)
    loading.catch(() => this.#open.delete(key))
    return loading
  }

  async #load(workspaceId: string, path: string): Promise<Document> {
    const id = await this.#store.identify(workspaceId, path)
    return Document.open(id, { store: this.#store, peers: this.#peers, log: this.#log })
  }

  get count(): number {
    return this.#open.size
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    const all = await Promise.allSettled(this.#open.values())
    await Promise.all(all.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)))
  }

  async #sweep(): Promise<void> {
    for (const [key, loading] of this.#open) {
      const document = await loading.catch(() => null)
      // Looked at and forgotten at once: nobody can join in between.
      if (document?.isUnused !== true || this.#open.get(key) !== loading) continue
      this.#open.delete(key)
      void document.close()
    }
  }
}
