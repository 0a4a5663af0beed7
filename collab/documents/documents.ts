import { Document } from './document.ts'
import type { DocumentNeeds } from './document.ts'

/** All that may be open is open. */
export class TextsFull extends Error {
  override readonly name = 'TextsFull'
}

const sweepMs = 10_000

/** The texts that somebody has open. Those that nobody has are forgotten, and read again when somebody comes. */
export class Documents {
  readonly #needs: DocumentNeeds
  readonly #maxBytes: number
  readonly #open = new Map<string, Promise<Document>>()
  readonly #loaded = new Map<string, Document>()
  readonly #timer: NodeJS.Timeout

  /** `maxBytes`: of all texts in memory together. */
  constructor(needs: DocumentNeeds, maxBytes: number) {
    this.#needs = needs
    this.#maxBytes = maxBytes
    this.#timer = setInterval(() => this.#sweep(), sweepMs)
  }

  /** @throws when it cannot be read; `TextsFull`. */
  open(workspaceId: string, path: string): Promise<Document> {
    const key = `${workspaceId}/${path}`
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const loading = this.#load(key, workspaceId, path)
    this.#open.set(key, loading)
    loading.catch(() => this.#open.delete(key))
    return loading
  }

  async #load(key: string, workspaceId: string, path: string): Promise<Document> {
    if (this.bytes >= this.#maxBytes) this.#sweep()
    if (this.bytes >= this.#maxBytes) throw new TextsFull()
    const document = await Document.open(await this.#needs.store.identify(workspaceId, path), this.#needs)
    this.#loaded.set(key, document)
    return document
  }

  get count(): number {
    return this.#open.size
  }

  /** About what they take in memory. */
  get bytes(): number {
    let sum = 0
    for (const document of this.#loaded.values()) sum += document.bytes
    return sum
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    const all = await Promise.allSettled(this.#open.values())
    await Promise.all(all.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)))
  }

  #sweep(): void {
    for (const [key, document] of this.#loaded) {
      if (!document.isUnused) continue
      this.#loaded.delete(key)
      this.#open.delete(key)
      void document.close()
    }
  }
}
