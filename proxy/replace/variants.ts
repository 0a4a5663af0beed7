/** One text to look for and what to put in its place; both as bytes, one character each (latin1). */
export interface Pair {
  readonly from: string
  readonly to: string
  /** Whether lines may be broken anywhere in it, as in base64 (RFC 2045, section 6.8). */
  readonly folds: boolean
}

/** Shorter ones would be found where nobody wrote them. */
const shortest = 8

const bytesOf = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const jsonOf = (text: string) => JSON.stringify(text).slice(1, -1)
const slashed = (text: string) => jsonOf(text).replaceAll('/', String.raw`\/`)
const lowerPercent = (text: string) => text.replace(/%[0-9A-F]{2}/g, (each) => each.toLowerCase())
const formOf = (text: string) => new URLSearchParams({ a: text }).toString().slice(2)
const htmlOf = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
const hexOf = (text: string) => Buffer.from(text, 'utf8').toString('hex')

/** Each way in which a text may be written that an API echoes, but for base64. */
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
  hexOf,
  (text) => hexOf(text).toUpperCase(),
]

/**
 * `value` in every writing, each with `stand` in the same one: as it is, JSON-escaped (once and twice, slashes too),
 * URL- and form-encoded, HTML-escaped, hexadecimal, and base64 (RFC 4648, both alphabets) wherever in a longer text it
 * begins, of which only the characters count that nothing before or behind it has part in; there lines may be broken.
 */
export function variantsOf(value: string, stand: string): readonly Pair[] {
  const pairs = new Map<string, Pair>()
  const add = (from: string, to: string, folds = false) => {
    if (from.length >= shortest && !pairs.has(from)) pairs.set(from, { from, to, folds })
  }
  for (const write of writings) add(bytesOf(write(value)), bytesOf(write(stand)))
  for (const offset of [0, 1, 2]) {
    for (const alphabet of ['base64', 'base64url'] as const) add(innerBase64(value, offset, alphabet), innerBase64(stand, offset, alphabet), true)
  }
  return [...pairs.values()]
}

function innerBase64(text: string, offset: number, alphabet: 'base64' | 'base64url'): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text, 'utf8')])
  const first = Math.ceil((8 * offset) / 6)
  const last = Math.floor((8 * bytes.length) / 6)
  return bytes.toString(alphabet).slice(first, last)
}
