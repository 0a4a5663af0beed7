import type { Pair } from './variants.ts'

interface Node {
  readonly next: Map<number, Node>
}

/** Pairs, made ready to be looked for all at once. */
export class Pairs {
  readonly expression: RegExp
  readonly longest: number
  readonly count: number
  /** Whether each stands in for the same number of bytes, so that a length told before stays true. */
  readonly keepsLength: boolean
  readonly #to: ReadonlyMap<string, string>
  readonly #root: Node = { next: new Map() }

  constructor(pairs: readonly Pair[]) {
    // At one place the longest is meant.
    const sorted = [...pairs].sort((a, b) => b.from.length - a.from.length)
    this.expression = new RegExp(sorted.map(({ from }) => from.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)).join('|') || '(?!)', 'g')
    this.#to = new Map(sorted.toReversed().map(({ from, to }) => [from, to]))
    this.longest = sorted[0]?.from.length ?? 0
    this.count = sorted.length
    this.keepsLength = sorted.every(({ from, to }) => from.length === to.length)
    for (const { from } of sorted) {
      let node = this.#root
      for (let at = 0; at < from.length; at += 1) {
        const code = from.charCodeAt(at)
        const known = node.next.get(code) ?? { next: new Map<number, Node>() }
        node.next.set(code, known)
        node = known
      }
    }
  }

  replacementOf(found: string): string {
    return this.#to.get(found) ?? ''
  }

  /** Whether one of them could begin at `start` and go on behind the end. */
  mayGoOn(text: string, start: number): boolean {
    let node: Node | undefined = this.#root
    for (let at = start; at < text.length; at += 1) {
      node = node.next.get(text.charCodeAt(at))
      if (node === undefined) return false
    }
    return node.next.size > 0
  }
}

/**
 * Replaces in a stream of bytes, across the borders of its pieces. What cannot be part of anything looked for goes on
 * at once, so a stream of tokens is not held up; what may be the beginning of it waits, at most one length of it.
 */
export class Replacer {
  readonly #pairs: Pairs
  #held = ''
  #count = 0

  constructor(pairs: Pairs) {
    this.#pairs = pairs
  }

  /** How many were replaced. */
  get count(): number {
    return this.#count
  }

  write(chunk: Buffer): Buffer {
    return this.#work(this.#held + chunk.toString('latin1'), false)
  }

  /** What was held; nothing comes behind it. */
  end(): Buffer {
    return this.#work(this.#held, true)
  }

  #work(text: string, isEnd: boolean): Buffer {
    const { expression } = this.#pairs
    let out = ''
    let done = 0
    let hold = isEnd ? text.length : this.#holdFrom(text, 0)
    expression.lastIndex = 0
    for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
      // One that begins where something longer may go on is decided once that is known.
      if (match.index >= hold) break
      const end = match.index + match[0].length
      out += text.slice(done, match.index) + this.#pairs.replacementOf(match[0])
      this.#count += 1
      done = end
      if (!isEnd && end > hold) hold = this.#holdFrom(text, end)
    }
    if (done < hold) {
      out += text.slice(done, hold)
      done = hold
    }
    this.#held = text.slice(done)
    return Buffer.from(out, 'latin1')
  }

  #holdFrom(text: string, from: number): number {
    for (let at = Math.max(from, text.length - this.#pairs.longest + 1); at < text.length; at += 1) if (this.#pairs.mayGoOn(text, at)) return at
    return text.length
  }
}

/** In a text that is there whole. */
export function replaceAll(pairs: Pairs, text: string): { readonly text: string; readonly count: number } {
  const replacer = new Replacer(pairs)
  const out = Buffer.concat([replacer.write(Buffer.from(text, 'utf8')), replacer.end()])
  return { text: out.toString('utf8'), count: replacer.count }
}
