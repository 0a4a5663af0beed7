import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { z } from 'zod'

/** A value kept on disk, mode 0600: whoever reads it finds the whole of an older or of the newer, and what is no longer understood counts as absent. */
export class JsonFile<S extends z.ZodType> {
  readonly #path: string
  readonly #schema: S
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string, schema: S) {
    this.#path = path
    this.#schema = schema
  }

  async read(): Promise<z.infer<S> | null> {
    const text = await readFile(this.#path, 'utf8').catch(() => null)
    if (text === null) return null
    try {
      const parsed = this.#schema.safeParse(JSON.parse(text))
      return parsed.success ? parsed.data : null
    } catch {
      return null
    }
  }

  /** One after the other, so that the last that was asked for is what stays. */
  write(value: z.infer<S>): Promise<void> {
    const text = JSON.stringify(value)
    return this.#next(async () => {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
      await writeFileAtomic(this.#path, text, { mode: 0o600 })
    })
  }

  /** Nothing is kept any more. */
  remove(): Promise<void> {
    return this.#next(() => rm(this.#path, { force: true }))
  }

  #next(step: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(step)
    return this.#writing
  }
}
