import { Document } from './document.ts'
import type { DocumentDependencies } from './document.ts'
import { TextMemory, TextsFull } from './memory.ts'

const sweepMs = 10_000
const expireMs = 30_000

/** The texts that somebody has open. Those that nobody has are forgotten, and read again when somebody comes. */
export class Documents {
  readonly #dependencies: DocumentDependencies
  readonly #memory: TextMemory
  readonly #open = new Map<string, Promise<Document>>()
  readonly #loaded = new Map<string, Document>()
  readonly #timer: NodeJS.Timeout
  readonly #expiring: NodeJS.Timeout

  /** `maxBytes`: of all texts in memory together. */
  constructor(dependencies: Omit<DocumentDependencies, 'memory'>, maxBytes: number) {
    this.#memory = new TextMemory(maxBytes)
    this.#dependencies = { ...dependencies, memory: this.#memory }
    this.#timer = setInterval(() => this.#sweep(), sweepMs)
    this.#expiring = setInterval(
      () =>
        void dependencies.disk
          .expire()
          .catch((error: unknown) => dependencies.log.warn({ err: error }, 'old announcements were not forgotten')),
      expireMs,
    )
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
    if (this.#memory.isFull) this.#sweep()
    if (this.#memory.isFull) throw new TextsFull()
    const document = await Document.open(await this.#dependencies.store.identify(workspaceId, path), this.#dependencies)
    this.#loaded.set(key, document)
    return document
  }

  get count(): number {
    return this.#open.size
  }

  /** About what they take in memory. */
  get bytes(): number {
    return this.#memory.bytes
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    clearInterval(this.#expiring)
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
