import { legible } from '../output/legible.ts'

/** What was not copied, and why. */
export class Skipped {
  readonly #note: (text: string) => void
  #count = 0

  constructor(note: (text: string) => void) {
    this.#note = note
  }

  get count(): number {
    return this.#count
  }

  add(name: Buffer, why: string): void {
    this.#count++
    this.#note(`Not copied: ${legible(name)}: ${why}`)
  }

  /** Something was copied, but perhaps not as it was. */
  doubt(name: Buffer, why: string): void {
    this.#count++
    this.#note(`${legible(name)}: ${why}`)
  }
}

/** An error of the file system in words: `permission denied`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /^[A-Z\d]+: ([^,]+)/.exec(message)?.[1] ?? message
}
