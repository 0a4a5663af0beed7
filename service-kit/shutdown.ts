import type { Log } from './log.ts'

type Closer = { readonly name: string; readonly close: () => Promise<void> | void }

/** Closes what was opened, last first, each within its time; one that fails does not keep the rest open. */
export class Shutdown {
  #closers: Closer[] = []
  #closing: Promise<void> | null = null
  readonly #log: Log
  readonly #stepTimeoutMs: number

  constructor(log: Log, stepTimeoutMs = 3000) {
    this.#log = log
    this.#stepTimeoutMs = stepTimeoutMs
  }

  add(name: string, close: Closer['close']): void {
    this.#closers.push({ name, close })
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#closers.toReversed()) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), this.#stepTimeoutMs)
      })
      try {
        if ((await Promise.race([Promise.resolve(close()), late])) === 'late') this.#log.warn({ name }, 'slow to close')
      } catch (error) {
        this.#log.warn({ name, err: error }, 'failed to close')
      } finally {
        clearTimeout(timer)
      }
    }
  }
}
