import type { Gaps } from './gaps.ts'
import { base32, base64, base64url, innerOf, offsetsOf } from './radix.ts'
import type { Border } from './radix.ts'

/** One text to look for and what to put in its place; both as bytes, one character each (latin1). */
export interface Pair {
  readonly from: string
  readonly to: string
  /** Whose it is: what a replacer tells of that was replaced. */
  readonly owner: string
  /** What stands instead where characters are escaped, not escaped itself; `to` where that is the same. */
  readonly plain?: string
  /** Whether characters may be escaped, each in a way of its own. */
  readonly escapes?: boolean
  /** Whether large and small letters are the same. */
  readonly anyCase?: boolean
  /** What may stand between its characters. */
  readonly gaps?: Gaps
  /** The character before, shared with what stands there. */
  readonly lead?: Border | null
  /** The one behind. */
  readonly trail?: Border | null
}

/**
 * What is looked for: to hide a text in any writing that a reader could undo, or to put another in its place so that
 * what reads it gets that one. The latter leaves out what nobody writes who means a key to be taken.
 */
export type Purpose = 'hide' | 'put'

/** Shorter ones would be found where nobody wrote them. */
const shortest = 8

/** What stands between the bytes of hexadecimal, other than spaces. */
const points = ['', ':', '-', ',', '.', '_', ', ', ', 0x', ',0x', ' 0x']

const jsonOf = (text: string) => JSON.stringify(text).slice(1, -1)
const slashed = (text: string) => jsonOf(text).replaceAll('/', String.raw`\/`)
const lowerPercent = (text: string) => text.replace(/%[0-9A-F]{2}/g, (each) => each.toLowerCase())
const formOf = (text: string) => new URLSearchParams({ a: text }).toString().slice(2)
const htmlOf = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
const utf8 = (text: string) => Buffer.from(text, 'utf8')
const latin1 = (bytes: Buffer) => bytes.toString('latin1')

/** How encoders write a text as it is most often; what else escapes it is found character by character. */
const writings: readonly ((text: string) => string)[] = [
  (text) => text,
  jsonOf,
  slashed,
  (text) => jsonOf(jsonOf(text)),
  encodeURIComponent,
  (text) => lowerPercent(encodeURIComponent(text)),
  encodeURI,
  formOf,
  (text) => lowerPercent(formOf(text)),
  htmlOf,
]

/** With zeros between, as UTF-16 and UTF-32 have it in either order, but for what stands before the first and behind the last. */
function spread(text: string, width: 2 | 4): Buffer {
  const units =
    width === 2
      ? Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
      : Array.from(text, (each) => each.codePointAt(0) ?? 0)
  const out = Buffer.alloc(units.length * width)
  units.forEach((unit, index) =>
    width === 2 ? out.writeUInt16LE(unit, index * 2) : out.writeUInt32LE(unit, index * 4),
  )
  // Where the first byte alone differs from zero, both orders have the same inside.
  return units.every((unit) => unit < 256) ? out.subarray(0, out.length - width + 1) : out
}

const bigEndian = (text: string) => {
  const out = Buffer.from(text, 'utf16le')
  return out.swap16()
}

/**
 * `value` in every writing that is looked for, each with `stand` in the same one: as it is, escaped as JSON, addresses
 * and HTML have it, with any of its characters escaped, UTF-16 and UTF-32, hexadecimal, base64 and base32 wherever in a
 * longer text it begins; to hide it, also in another case, backwards, and in base64 twice over.
 */
export function variantsOf(value: string, stand: string, owner: string, purpose: Purpose = 'hide'): readonly Pair[] {
  const pairs = new Map<string, Pair>()
  const add = (pair: Pair) => {
    if (pair.from.length >= shortest && !pairs.has(pair.from)) pairs.set(pair.from, pair)
  }
  const hides = purpose === 'hide'
  const plain = latin1(utf8(stand))
  for (const write of writings)
    add({
      from: latin1(utf8(write(value))),
      to: latin1(utf8(write(stand))),
      plain,
      owner,
      escapes: true,
      anyCase: hides,
    })
  const hex = (text: string) => utf8(text).toString('hex')
  const pointed = (text: string, point: string) => (hex(text).match(/../g) ?? []).join(point)
  for (const point of points)
    add({ from: pointed(value, point), to: pointed(stand, point), owner, anyCase: true, gaps: 'lines' })
  const wide = [
    [spread(value, 2), spread(stand, 2)],
    [spread(value, 4), spread(stand, 4)],
  ] as const
  for (const [from, to] of wide) add({ from: latin1(from), to: latin1(to), owner, anyCase: hides })
  add({ from: latin1(bigEndian(value)), to: latin1(bigEndian(stand)), owner, anyCase: hides })
  const latin = [Buffer.from(value, 'latin1'), Buffer.from(stand, 'latin1')] as const
  if (isLatin1(value)) add({ from: latin1(latin[0]), to: latin1(latin[1]), owner, escapes: true, anyCase: hides })
  const addRadix = (from: Buffer, to: Buffer) => {
    for (const radix of [base64, base64url])
      for (const offset of offsetsOf(radix))
        add({ ...innerOf(from, to, offset, radix), owner, escapes: true, gaps: 'lines' })
    for (const offset of offsetsOf(base32))
      add({ ...innerOf(from, to, offset, base32), owner, escapes: true, gaps: 'lines', anyCase: true })
  }
  addRadix(utf8(value), utf8(stand))
  for (const write of new Set(
    [jsonOf(value), encodeURIComponent(value), formOf(value), htmlOf(value)].map((text, index) => ({
      text,
      stand: [jsonOf(stand), encodeURIComponent(stand), formOf(stand), htmlOf(stand)][index] ?? stand,
    })),
  ))
    if (write.text !== value) addRadix(utf8(write.text), utf8(write.stand))
  addRadix(wide[0][0], wide[0][1])
  if (hides) {
    const backwards = (text: string) => Array.from(text).toReversed().join('')
    add({
      from: latin1(utf8(backwards(value))),
      to: latin1(utf8(backwards(stand))),
      owner,
      escapes: true,
      anyCase: true,
    })
    for (const each of [...pairs.values()].filter(({ lead }) => lead !== undefined)) addTwice(each, add)
  }
  return [...pairs.values()]
}

/** Base64 of what is base64 already; which of its characters are shared is not known there any more. */
function addTwice({ from, to, owner, lead, trail }: Pair, add: (pair: Pair) => void): void {
  if (lead?.radix === base32 || trail?.radix === base32) return
  for (const offset of offsetsOf(base64))
    add({
      ...innerOf(Buffer.from(from, 'latin1'), Buffer.from(to, 'latin1'), offset, base64),
      owner,
      escapes: true,
      gaps: 'lines',
    })
}

const isLatin1 = (text: string) => /[\x80-\xff]/.test(text) && /^[\x00-\xff]*$/.test(text)
