import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { HeldText, ownCopy } from './held-text.ts'
import type { Pairs } from '../../replace/pairs.ts'
import { Replacer, replaceAll } from '../../replace/replacer.ts'

/** What is held while a value may go on in the next events; a stream that asks for more is broken off. */
const mostHeld = 1024 * 1024
/** Each takes a hundred times as much as an empty one has bytes. */
const mostHeldLines = 100_000
/** Names whose texts are kept; those that came last longest ago are given up, or a stream could fill the memory with them. */
const mostNames = 1000
/** Fewer characters of a value may go ahead: what ends so by chance would else wait for an event that may never come. */
const telling = 5

/** `events`: fields of events (HTML Standard, section 9.2); `lines`: a text of JSON each (RFC 7464, and by custom). */
export type StreamKind = 'events' | 'lines'

export function streamKind(contentType: string | undefined): StreamKind | null {
  if (/^text\/event-stream\b/i.test(contentType ?? '')) return 'events'
  return /^application\/(?:(?:x-)?ndjson|(?:x-)?jsonl|(?:x-)?jsonlines|json-seq|stream\+json)\b/i.test(
    contentType ?? '',
  )
    ? 'lines'
    : null
}

/** A piece of text of a line, and where in it that stands. */
interface Piece {
  readonly line: Line
  readonly start: number
  readonly end: number
  readonly isJson: boolean
  text: string
}

interface Line {
  /** Which of the stream’s it is. */
  readonly index: number
  bytes: string
  readonly pieces: Piece[]
}

/**
 * A value that comes in several events of an event stream, as models write their answers, or in several lines of one,
 * or of a stream of JSON.
 * Texts at one name of their JSON, or lines that are no JSON, are read one behind the other as a program puts them
 * together; where a value stands across them, its placeholder does in the end. An event that ends in the midst of what
 * may be a value waits for the next.
 */
export class JoiningStream extends Transform {
  readonly #pairs: Pairs
  readonly #kind: StreamKind
  readonly #onOver: (count: number) => void
  /** By name; what has gone on already is kept as far as a value reaches. */
  readonly #texts = new Map<string, Piece[]>()
  /** By name; the pieces in which a value may go on. */
  readonly #open = new Map<string, readonly Piece[]>()
  readonly #waiting: Line[] = []
  #waitingSize = 0
  #lines = 0
  /** Of a line whose end has not come; no end stands in it. */
  readonly #held = new HeldText()
  /** In a line that is too long to be taken apart, and goes on as it comes. */
  #isInLong = false
  #count = 0

  constructor(pairs: Pairs, kind: StreamKind, onOver: (count: number) => void) {
    super()
    this.#pairs = pairs
    this.#kind = kind
    this.#onOver = onOver
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = chunk.toString('latin1')
    // In what is new alone: whoever sends a long line byte by byte would else have all of it looked through for each.
    const end = lastEnd(text)
    if (end === 0) this.#held.add(text)
    else {
      for (const bytes of linesOf(this.#held.text + text.slice(0, end))) this.#take(bytes)
      this.#held.text = text.slice(end)
    }
    // Records of JSON may be of any length, and hold no whole value any more; events are short.
    if (this.#kind === 'lines' && this.#held.length > 0 && (this.#isInLong || this.#held.length > mostHeld)) {
      this.#take(this.#held.text)
      this.#held.text = ''
      this.#isInLong = true
    }
    const ready = this.#ready(false)
    if (this.#held.length + this.#waitingSize > mostHeld || this.#waiting.length > mostHeldLines)
      return done(new Error('What waits in this stream for the rest of what may be a secret is too long to be held.'))
    done(null, ready)
  }

  override _flush(done: TransformCallback): void {
    if (this.#held.length > 0) this.#take(this.#held.text)
    this.#held.text = ''
    done(null, this.#ready(true))
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onOver(this.#count)
    done(error)
  }

  #take(bytes: string): void {
    const line: Line = { index: this.#lines++, bytes, pieces: [] }
    this.#waiting.push(line)
    this.#waitingSize += bytes.length
    const isRest = this.#isInLong
    if (/[\r\n]$/.test(bytes)) this.#isInLong = false
    if (isRest || bytes.length > mostHeld) return
    const changed = new Map<string, Piece[]>()
    for (const { name, start, end, text, isJson } of textsOf(bytes, this.#kind, line.index === 0)) {
      if (text === '') continue
      const piece: Piece = { line, start, end, text, isJson }
      line.pieces.push(piece)
      const texts = this.#texts.get(name) ?? []
      texts.push(piece)
      // The one that came last stands last.
      this.#texts.delete(name)
      this.#texts.set(name, texts)
      changed.set(name, texts)
    }
    // Once for each name, however many texts a line has for it.
    for (const [name, texts] of changed) {
      this.#clean(texts)
      const open = this.#openOf(texts)
      if (open.length === 0) this.#open.delete(name)
      else this.#open.set(name, open)
    }
    for (const name of this.#texts.keys()) {
      if (this.#texts.size <= mostNames) break
      this.#texts.delete(name)
      this.#open.delete(name)
    }
  }

  #clean(texts: Piece[]): void {
    const whole = texts.map(({ text }) => text).join('')
    const { text, count } = replaceAll(this.#pairs, whole)
    if (count > 0) {
      this.#count += count
      // Each keeps its length where that can be; what is more stands in the last.
      let at = 0
      for (const [index, piece] of texts.entries()) {
        const length = index === texts.length - 1 ? text.length : piece.text.length
        piece.text = text.slice(at, at + length)
        at += length
      }
    }
    // What is too far back for any value is read no more.
    let behind = texts.reduce((sum, each) => sum + each.text.length, 0)
    const from = texts.findIndex((each) => (behind -= each.text.length) < this.#pairs.span)
    texts.splice(0, from)
  }

  /** Those in which a value may go on: they have been cleaned, so they are what a replacer keeps back. */
  #openOf(texts: readonly Piece[]): readonly Piece[] {
    const whole = Buffer.from(texts.map(({ text }) => text).join(''), 'latin1')
    const from = new Replacer(this.#pairs).write(whole).length
    if (whole.length - from < telling) return []
    let at = 0
    const first = texts.findIndex(({ text }) => (at += text.length) > from && text !== '')
    return first === -1 ? [] : texts.slice(first)
  }

  /** Those that no value can go on in. */
  #ready(isOver: boolean): Buffer {
    const [first] = this.#waiting
    if (first === undefined) return Buffer.alloc(0)
    const end = isOver
      ? this.#waiting.length
      : Math.min(this.#waiting.length, this.#firstOpen(first.index) - first.index)
    const ready = this.#waiting.splice(0, end)
    this.#waitingSize -= ready.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const out = Buffer.from(ready.map(written).join(''), 'latin1')
    for (const line of ready) this.#letGo(line)
    return out
  }

  /** Of a line that has gone on no more is kept than what a value may go on from. */
  #letGo(line: Line): void {
    line.bytes = ''
    for (const piece of line.pieces) piece.text = ownCopy(piece.text.slice(-this.#pairs.span))
  }

  /** Of those from `from` on; beyond all where there is none. */
  #firstOpen(from: number): number {
    let first = Number.POSITIVE_INFINITY
    for (const [name, pieces] of this.#open) {
      const waits = pieces.find(({ line }) => line.index >= from)
      if (waits === undefined) this.#open.delete(name)
      else first = Math.min(first, waits.line.index)
    }
    return first
  }
}

const lastEnd = (text: string) => Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
const linesOf = (text: string) => text.match(/[^\r\n]*(?:\r\n|\n|\r)/g) ?? []

/** As its bytes; readers leave it out at the beginning. */
const byteOrderMark = '\xef\xbb\xbf'

/** JSON’s strings by the name before them, and lines that are no JSON as they are. */
function* textsOf(
  bytes: string,
  kind: StreamKind,
  isFirst: boolean,
): Generator<Omit<Piece, 'line'> & { readonly name: string }> {
  const mark = isFirst && bytes.startsWith(byteOrderMark) ? byteOrderMark : ''
  const [all = '', data] =
    (kind === 'events' ? /^data:[ ]?([^\r\n]*)/ : /^[\x1e ]*([^\r\n]*)/).exec(bytes.slice(mark.length)) ?? []
  if (data === undefined) return
  const before = mark + all
  const from = before.length - data.length
  if (!/^\s*[[{"]/.test(data))
    return yield { name: '', start: from, end: from + data.length, text: data, isJson: false }
  let name = ''
  for (const found of data.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?/g)) {
    const [, inner = '', colon] = found
    if (colon !== undefined) {
      name = ownCopy(inner)
      continue
    }
    const text = unescaped(inner)
    const start = from + found.index + 1
    if (text !== null) yield { name: `"${name}`, start, end: start + inner.length, text, isJson: true }
  }
}

function unescaped(text: string): string | null {
  try {
    return text.includes('\\')
      ? Buffer.from(JSON.parse(`"${Buffer.from(text, 'latin1').toString()}"`) as string).toString('latin1')
      : text
  } catch {
    return null
  }
}

const escaped = (text: string) =>
  Buffer.from(JSON.stringify(Buffer.from(text, 'latin1').toString()).slice(1, -1)).toString('latin1')

function written({ bytes, pieces }: Line): string {
  let out = ''
  let done = 0
  for (const { start, end, text, isJson } of pieces) {
    const was = bytes.slice(start, end)
    const same = isJson ? unescaped(was) === text : was === text
    out += bytes.slice(done, start) + (same ? was : isJson ? escaped(text) : text)
    done = end
  }
  return out + bytes.slice(done)
}
