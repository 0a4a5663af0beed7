import { Document } from './document.ts'
import type { DocumentNeeds } from './document.ts'

const sweepMs = 10_000

/** The texts that somebody has open. Those that nobody has are forgotten, and read again when somebody comes. */
export class Documents {
  readonly #needs: DocumentNeeds
  readonly #open = new Map<string, Promise<Document>>()
  readonly #timer: NodeJS.Timeout

  constructor(needs: DocumentNeeds) {
    this.#needs = needs
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
    return Document.open(await this.#needs.store.identify(workspaceId, path), this.#needs)
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
