import { rewriteBorder } from './borders.ts'
import type { Found } from './found.ts'
import type { Pairs } from './pairs.ts'
import { standIn } from './stand-in.ts'

const empty = Buffer.alloc(0)
const filler = 0x78
/** Of a longer piece as much is joined to what was held before it: enough for nearly everything to be decided that begins there. */
const joinedBytes = 512

/**
 * What to do where what stands instead would be longer or shorter though a length was told before: put as many x there,
 * leave what is there, or, where none was told, put it there all the same.
 */
export type Misfit = 'mask' | 'leave' | 'take'

/**
 * Replaces in a stream of bytes, across the borders of its pieces. What cannot be part of anything looked for goes on
 * at once, so a stream of tokens is not held up; what may be the beginning of it waits until that is known.
 */
export class Replacer {
  readonly #pairs: Pairs
  readonly #misfit: Misfit
  readonly #owners = new Set<string>()
  #held: Buffer = empty
  #count = 0

  constructor(pairs: Pairs, misfit: Misfit = 'mask') {
    this.#pairs = pairs
    this.#misfit = misfit
  }

  /** How many were replaced. */
  get count(): number {
    return this.#count
  }

  /** Whose they were. */
  get owners(): ReadonlySet<string> {
    return this.#owners
  }

  /** Whether something waits for what comes next. */
  get isHolding(): boolean {
    return this.#held.length > 0
  }

  write(chunk: Buffer): Buffer {
    const pieces = this.pieces(chunk)
    return pieces.length === 1 ? (pieces[0] ?? empty) : Buffer.concat(pieces)
  }

  /** The same in one piece or two, of which either may be empty: so a long one need not be copied for what was held before it. */
  pieces(chunk: Buffer): readonly Buffer[] {
    if (this.#pairs.isEmpty) return [chunk]
    if (this.#held.length === 0) return [this.#work(chunk, false)]
    if (chunk.length <= 2 * joinedBytes) return [this.#work(Buffer.concat([this.#held, chunk]), false)]
    const first = this.#work(Buffer.concat([this.#held, chunk.subarray(0, joinedBytes)]), false)
    // What is held now stands in the long one too, unless it began before it, or was changed beside what was replaced.
    const from = joinedBytes - this.#held.length
    const isThere = from >= 0 && this.#held.equals(chunk.subarray(from, joinedBytes))
    return [
      first,
      this.#work(isThere ? chunk.subarray(from) : Buffer.concat([this.#held, chunk.subarray(joinedBytes)]), false),
    ]
  }

  /** What was held; nothing comes behind it. */
  end(): Buffer {
    return this.#held.length === 0 ? empty : this.#work(this.#held, true)
  }

  #work(given: Buffer, isEnd: boolean): Buffer {
    const pairs = this.#pairs
    const { found: broken, open } = pairs.interrupted(given, isEnd)
    let bytes = given
    let hold = isEnd ? bytes.length : open
    const out: Buffer[] = []
    let done = 0
    let next = 0
    let at = pairs.nextCandidate(bytes, 0)
    for (;;) {
      while (next < broken.length && (broken[next]?.start ?? 0) < done) next += 1
      const waiting = broken[next]
      let found: Found
      if (waiting !== undefined && waiting.start < at) {
        found = waiting
        next += 1
      } else if (at < bytes.length) {
        const here = pairs.at(bytes, at, done, isEnd)
        if (here === null) {
          // What is whole at a place comes before what is escaped there.
          if (waiting?.start === at) found = waiting
          else {
            at = pairs.nextCandidate(bytes, at + 1)
            continue
          }
        } else if (!('known' in here)) {
          hold = Math.min(hold, here.from)
          break
        } else found = here
      } else break
      // One that begins where something longer may go on is decided once that is known.
      if (found.start >= hold) break
      // What comes in is not ours to change.
      if (bytes === given) bytes = Buffer.from(given)
      const instead = this.#insteadOf(bytes, found)
      if (instead !== null) {
        out.push(bytes.subarray(done, found.start), instead)
        this.#count += 1
        this.#owners.add(found.known.owner)
        done = found.end
      }
      at = pairs.nextCandidate(bytes, found.end)
    }
    if (!isEnd) hold = Math.min(hold, pairs.unfinished(bytes, done))
    hold = Math.max(hold, done)
    this.#held = hold === bytes.length ? empty : Buffer.from(bytes.subarray(hold))
    if (out.length === 0) return hold === bytes.length ? bytes : bytes.subarray(0, hold)
    if (done < hold) out.push(bytes.subarray(done, hold))
    return Buffer.concat(out)
  }

  /** What is to stand there; the characters beside it are changed where they are. `null` to leave all as it is. */
  #insteadOf(bytes: Buffer, { known, start, end, lead, trail }: Found): Buffer | null {
    const instead = standIn(known, bytes, start, end)
    const isMisfit = this.#misfit !== 'take' && this.#pairs.keepsLength && instead.length !== end - start
    if (isMisfit && this.#misfit === 'leave') return null
    const isSmall = known.anyCase && /^[^A-Z]*$/.test(bytes.toString('latin1', start, end))
    if (known.lead !== null && lead !== null) rewriteBorder(known.lead, bytes, lead, isSmall)
    if (known.trail !== null && trail !== null) rewriteBorder(known.trail, bytes, trail, isSmall)
    return isMisfit ? Buffer.alloc(end - start, filler) : instead
  }
}

export interface Replaced {
  readonly text: string
  readonly count: number
  readonly owners: ReadonlySet<string>
}

const nobody: ReadonlySet<string> = new Set()

/** In a text that is there whole, of characters that are bytes: a header's, an address's. */
export function replaceAll(pairs: Pairs, text: string): Replaced {
  if (pairs.isEmpty || pairs.isClean(text)) return { text, count: 0, owners: nobody }
  const { out, count, owners } = replaceWhole(pairs, Buffer.from(text, 'latin1'))
  if (count === 0) {
    pairs.noteClean(text)
    return { text, count, owners }
  }
  return { text: out.toString('latin1'), count, owners }
}

/** In bytes that are there whole. */
export function replaceWhole(
  pairs: Pairs,
  bytes: Buffer,
): { readonly out: Buffer; readonly count: number; readonly owners: ReadonlySet<string> } {
  const replacer = new Replacer(pairs, 'take')
  const first = replacer.write(bytes)
  const rest = replacer.end()
  return {
    out: rest.length === 0 ? first : Buffer.concat([first, rest]),
    count: replacer.count,
    owners: replacer.owners,
  }
}

/** Whether any of them stands in it. */
export const holds = (pairs: Pairs, text: string): boolean => replaceAll(pairs, text).count > 0
