import type { Workflow } from './definition/schema.ts'
import type { Triggers } from './definition/triggers.ts'
import { readWorkflow } from './definition/workflow.ts'
import type { Read } from './definition/workflow.ts'

/** Letters of the sources that are kept as they were read. */
const mostLetters = 8 * 2 ** 20

/** Workflows by their sources, each read once while it is in use: every change of a run asks for one. */
export class Definitions {
  readonly #known = new Map<string, Read>()
  readonly #mostLetters: number
  #letters = 0

  constructor(most = mostLetters) {
    this.#mostLetters = most
  }

  read(source: string): Read {
    const known = this.#known.get(source)
    const read = known ?? readWorkflow(source)
    // What was asked for last is forgotten last.
    if (known === undefined) this.#letters += source.length
    else this.#known.delete(source)
    this.#known.set(source, read)
    for (const [oldest] of this.#known) {
      if (this.#letters <= this.#mostLetters) break
      this.#known.delete(oldest)
      this.#letters -= oldest.length
    }
    return read
  }

  /** Of a version that was read when it was saved. */
  workflow(source: string): Workflow {
    const { workflow, problems } = this.read(source)
    if (workflow === null) throw new Error(`A saved workflow cannot be read: ${problems[0]?.message ?? ''}`)
    return workflow
  }

  /** Nothing starts one that a later version of arcx reads no more. */
  triggers(source: string): Triggers {
    return this.read(source).workflow?.on ?? {}
  }
}
