import { ExpressionError, bounds } from './syntax.ts'
import type { Value } from './value.ts'

/** To read a letter of an expression takes so many times as long as to go through one of a value. */
const reading = 10

/** How much is left of what expressions that are evaluated together may take: each is bounded, but not how many there are. */
export class Work {
  #left: number = bounds.work

  read(source: string): void {
    this.#spend(source.length * reading)
  }

  goThrough(values: readonly Value[]): void {
    for (const value of values) this.#spend(sizeOf(value))
  }

  /** The most that looking for one text in another takes. */
  search(within: string, wanted: string): void {
    this.#spend(within.length * (1 + wanted.length / 64))
  }

  /** @throws {ExpressionError} */
  #spend(letters: number): void {
    this.#left -= letters
    if (this.#left < 0)
      throw new ExpressionError('The expressions of this workflow take too long. Use fewer of them, or smaller values.')
  }
}

const sizeOf = (value: Value): number =>
  typeof value === 'string'
    ? value.length
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value).length
      : 1
