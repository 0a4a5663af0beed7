/**
 * Ways in which a text writes one character as several: in JSON and source code, addresses, HTML, and mail. Each also
 * written twice over, as JSON in JSON is. Only how one is read and written; where they stand, others look.
 */

/** No such thing stands there. */
export const none = -1
/** The bytes end before it can be told. */
export const cut = -2

/** In what form a character is written. */
export const forms = {
  raw: 0,
  unicode: 1,
  hexadecimal: 2,
  octal: 3,
  backslash: 4,
  percent: 5,
  percentUnicode: 6,
  decimalEntity: 7,
  hexadecimalEntity: 8,
  namedEntity: 9,
  quotedPrintable: 10,
} as const

const lengthBits = 6
const formBits = 4
const packed = (code: number, form: number, length: number): number =>
  (((code << formBits) | form) << lengthBits) | length
export const codeOf = (unit: number): number => unit >>> (lengthBits + formBits)
export const formOf = (unit: number): number => (unit >>> lengthBits) & ((1 << formBits) - 1)
export const lengthOf = (unit: number): number => unit & ((1 << lengthBits) - 1)

const backslash = 0x5c
const percent = 0x25
const ampersand = 0x26
const equals = 0x3d
const longestRun = 4
const longestName = 8

/** What a backslash and one character stand for; 0 for nothing. */
export const meantBehind = new Uint8Array(256)
for (const [written, meant] of [
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['/', '/'],
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['$', '$'],
  ['&', '&'],
  ['=', '='],
  ['+', '+'],
  ['-', '-'],
  ['_', '_'],
  ['.', '.'],
] as const)
  meantBehind[written.charCodeAt(0)] = meant.charCodeAt(0)

/** Of HTML's names (WHATWG, "Named character references"), those of ASCII characters. */
export const named: ReadonlyMap<string, number> = new Map(
  Object.entries({
    amp: '&',
    AMP: '&',
    lt: '<',
    LT: '<',
    gt: '>',
    GT: '>',
    quot: '"',
    QUOT: '"',
    apos: "'",
    plus: '+',
    equals: '=',
    sol: '/',
    bsol: '\\',
    lowbar: '_',
    UnderBar: '_',
    num: '#',
    percnt: '%',
    dollar: '$',
    excl: '!',
    lpar: '(',
    rpar: ')',
    comma: ',',
    period: '.',
    colon: ':',
    semi: ';',
    quest: '?',
    commat: '@',
    lsqb: '[',
    lbrack: '[',
    rsqb: ']',
    rbrack: ']',
    Hat: '^',
    grave: '`',
    lcub: '{',
    lbrace: '{',
    rcub: '}',
    rbrace: '}',
    verbar: '|',
    vert: '|',
    ast: '*',
    midast: '*',
    Tab: '\t',
    NewLine: '\n',
  }).map(([name, meant]) => [name, meant.charCodeAt(0)]),
)

/** The same by a hash of the name: making a text of the bytes takes many times as long. */
const hashedWith = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0
const namesByHash = new Map(
  [...named].map(([name, meant]) => [
    [...name].reduce((hash, each) => hashedWith(hash, each.charCodeAt(0)), 0),
    { name, meant },
  ]),
)

/** By its value; `none` for no digit. Reckoned, since a table would take longer to look up. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : none
}
/** The same as a table, for whoever has it at hand. */
export const digits = Int8Array.from({ length: 256 }, (_, byte) => digitOf(byte))
export const isHexDigit = (byte: number): boolean => digitOf(byte) >= 0

/** Whether a byte may begin one. */
export const beginsEscape = new Uint8Array(256)
for (const byte of [backslash, percent, ampersand, equals]) beginsEscape[byte] = 1

/** Whether an escaped percent sign stands there with two digits behind it, which may be what it escapes. */
export const isPercentOfOthers = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === percent &&
  bytes[at + 1] === 0x32 &&
  bytes[at + 2] === 0x35 &&
  isHexDigit(bytes[at + 3] ?? 0) &&
  isHexDigit(bytes[at + 4] ?? 0)

/** So many hexadecimal digits as a number; `none` or `cut` where there are not. */
function hexAt(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index += 1) {
    if (index >= bytes.length) return cut
    const digit = digitOf(bytes[index] ?? 0)
    if (digit < 0) return none
    value = value * 16 + digit
  }
  return value
}

/** The escaped character at a place, packed; `none` or `cut`. */
export function escapeAt(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case backslash:
      return backslashAt(bytes, at)
    case percent:
      return percentAt(bytes, at)
    case ampersand:
      return entityAt(bytes, at)
    case equals: {
      const value = hexAt(bytes, at + 1, 2)
      return value < 0 ? value : packed(value, forms.quotedPrintable, 3)
    }
    default:
      return none
  }
}

function backslashAt(bytes: Uint8Array, at: number): number {
  let next = at
  while (bytes[next] === backslash && next - at < longestRun) next += 1
  if (next >= bytes.length) return cut
  const byte = bytes[next] ?? 0
  const run = next - at
  if (byte === 0x75) return unicodeAt(bytes, next + 1, run)
  if (byte === 0x78) {
    const value = hexAt(bytes, next + 1, 2)
    return value < 0 ? value : packed(value, forms.hexadecimal, run + 3)
  }
  if (byte >= 0x30 && byte <= 0x33) {
    let value = 0
    for (let index = next; index < next + 3; index += 1) {
      if (index >= bytes.length) return cut
      const digit = (bytes[index] ?? 0) - 0x30
      if (digit < 0 || digit > 7) return none
      value = value * 8 + digit
    }
    return packed(value, forms.octal, run + 3)
  }
  const meant = meantBehind[byte] ?? 0
  if (meant !== 0) return packed(meant, forms.backslash, run + 1)
  return run > 1 ? packed(backslash, forms.backslash, 2) : none
}

function unicodeAt(bytes: Uint8Array, at: number, run: number): number {
  if (bytes[at] === 0x7b) {
    let value = 0
    for (let index = at + 1; index <= at + 7; index += 1) {
      if (index >= bytes.length) return cut
      if (bytes[index] === 0x7d)
        return index === at + 1 || value > 0x10ffff ? none : packed(value, forms.unicode, index + 1 - at + run + 1)
      const digit = digitOf(bytes[index] ?? 0)
      if (digit < 0) return none
      value = value * 16 + digit
    }
    return none
  }
  const value = hexAt(bytes, at, 4)
  if (value < 0 || value < 0xd800 || value > 0xdbff) return value < 0 ? value : packed(value, forms.unicode, run + 5)
  // The other half of a character beyond the first plane.
  for (let index = 0; index < run; index += 1) {
    if (at + 4 + index >= bytes.length) return cut
    if (bytes[at + 4 + index] !== backslash) return none
  }
  const second = at + 4 + run
  if (second >= bytes.length) return cut
  const low = bytes[second] === 0x75 ? hexAt(bytes, second + 1, 4) : none
  if (low < 0) return low
  return low < 0xdc00 || low > 0xdfff
    ? none
    : packed(0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00), forms.unicode, 2 * (run + 5))
}

function percentAt(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] === 0x75) {
    const value = hexAt(bytes, at + 2, 4)
    return value < 0 ? value : packed(value, forms.percentUnicode, 6)
  }
  const value = hexAt(bytes, at + 1, 2)
  if (value !== percent) return value < 0 ? value : packed(value, forms.percent, 3)
  const again = hexAt(bytes, at + 3, 2)
  if (again === cut) return cut
  return again < 0 ? packed(percent, forms.percent, 3) : packed(again, forms.percent, 5)
}

function entityAt(bytes: Uint8Array, at: number): number {
  let next = at + 1
  // Written twice over.
  while (
    bytes[next] === 0x61 &&
    bytes[next + 1] === 0x6d &&
    bytes[next + 2] === 0x70 &&
    bytes[next + 3] === 0x3b &&
    next - at < 12
  )
    next += 4
  const found = bytes[next] === 0x23 ? numberedAt(bytes, next + 1) : namedAt(bytes, next)
  if (found === none && next > at + 1) return packed(ampersand, forms.namedEntity, 5)
  return found < 0 ? found : found + (next - at)
}

/** Its length counts from the `#`. */
function numberedAt(bytes: Uint8Array, at: number): number {
  const isHexadecimal = bytes[at] === 0x78 || bytes[at] === 0x58
  const first = isHexadecimal ? at + 1 : at
  let value = 0
  let index = first
  for (; index < first + 7; index += 1) {
    if (index >= bytes.length) return cut
    const digit = digitOf(bytes[index] ?? 0)
    if (digit < 0 || (!isHexadecimal && digit > 9)) break
    value = value * (isHexadecimal ? 16 : 10) + digit
  }
  if (index === first || value > 0x10ffff) return none
  if (index >= bytes.length) return cut
  return packed(
    value,
    isHexadecimal ? forms.hexadecimalEntity : forms.decimalEntity,
    index + (bytes[index] === 0x3b ? 1 : 0) - at + 1,
  )
}

function namedAt(bytes: Uint8Array, at: number): number {
  let end = at
  while (end < bytes.length && bytes[end] !== 0x3b) {
    const letter = (bytes[end] ?? 0) | 0x20
    if (letter < 0x61 || letter > 0x7a || end - at === longestName) return none
    end += 1
  }
  if (end >= bytes.length) return cut
  let hash = 0
  for (let index = at; index < end; index += 1) hash = hashedWith(hash, bytes[index] ?? 0)
  const found = namesByHash.get(hash)
  if (found === undefined || found.name.length !== end - at) return none
  for (let index = at; index < end; index += 1) if (bytes[index] !== found.name.charCodeAt(index - at)) return none
  return packed(found.meant, forms.namedEntity, end + 1 - at)
}

/** What stands for a character that is itself the sign of a form: `\\`, `%25`, `&amp;`. */
export function ownSignAt(bytes: Uint8Array, at: number, sign: number): number {
  if (sign === backslash && bytes[at] === backslash && bytes[at + 1] === backslash)
    return packed(sign, forms.backslash, 2)
  if (sign === percent && bytes[at] === percent && hexAt(bytes, at + 1, 2) === percent)
    return packed(sign, forms.percent, 3)
  if (
    sign === ampersand &&
    bytes[at] === ampersand &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x6d &&
    bytes[at + 3] === 0x70 &&
    bytes[at + 4] === 0x3b
  )
    return packed(sign, forms.namedEntity, 5)
  return none
}

/** Whether its number is one of a byte, and not of a character. */
export const isOfByte = (form: number): boolean =>
  form === forms.percent || form === forms.quotedPrintable || form === forms.octal || form === forms.hexadecimal

const hex = (code: number, width: number, source: string): string => {
  const written = code.toString(16).padStart(width, '0')
  return /[A-F]/.test(source) || (!/[a-f]/.test(source) && source.startsWith('%')) || source.startsWith('=')
    ? written.toUpperCase()
    : written
}

/** Whether a character needs no escape in any of the ways. */
const isPlain = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x2d ||
  code === 0x2e ||
  code === 0x5f ||
  code === 0x7e

/** An ASCII character written as the one was that stood there, as long where that can be. */
export function writtenLike(code: number, form: number, source: string): string {
  switch (form) {
    case forms.unicode: {
      if (source.includes('{'))
        return `${source.slice(0, source.indexOf('{') + 1)}${hex(code, source.length - source.indexOf('{') - 2, source)}}`
      const at = source.indexOf('u')
      return source.slice(0, at + 1) + hex(code, 4, source.slice(at + 1))
    }
    case forms.hexadecimal:
      return source.slice(0, source.indexOf('x') + 1) + hex(code, 2, source.slice(source.indexOf('x') + 1))
    case forms.octal:
      return source.slice(0, -3) + code.toString(8).padStart(3, '0')
    case forms.percent:
      return source.slice(0, -2) + hex(code, 2, source)
    case forms.percentUnicode:
      return source.slice(0, 2) + hex(code, 4, source)
    case forms.quotedPrintable:
      return `=${hex(code, 2, source)}`
    case forms.decimalEntity:
    case forms.hexadecimalEntity: {
      const [, sign = '', digits = '', end = ''] = /^(&(?:amp;)*#[xX]?)([0-9A-Fa-f]+)(;?)$/.exec(source) ?? []
      return (
        sign +
        (form === forms.decimalEntity ? String(code).padStart(digits.length, '0') : hex(code, digits.length, digits)) +
        end
      )
    }
    default:
      return inFamily(code, form)
  }
}

/** A character as it stands beside others of that form: as it is where that is safe, escaped where not. */
export function inFamily(code: number, form: number): string {
  if (isPlain(code)) return String.fromCharCode(code)
  const text = String.fromCodePoint(code)
  const bytes = [...Buffer.from(text, 'utf8')]
  const perByte = (sign: string) =>
    bytes.map((byte) => sign + byte.toString(16).toUpperCase().padStart(2, '0')).join('')
  switch (form) {
    case forms.percent:
    case forms.percentUnicode:
      return perByte('%')
    case forms.quotedPrintable:
      return code > 0x20 && code < 0x7f && code !== equals ? text : perByte('=')
    case forms.decimalEntity:
    case forms.hexadecimalEntity:
    case forms.namedEntity:
      return code < 0x20 || code > 0x7e || '&<>"\'+=/`'.includes(text) ? `&#${code};` : text
    case forms.unicode:
    case forms.hexadecimal:
    case forms.octal:
    case forms.backslash:
      return code > 0x7e
        ? Array.from(
            { length: text.length },
            (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
          ).join('')
        : JSON.stringify(text).slice(1, -1)
    default:
      return Buffer.from(text, 'utf8').toString('latin1')
  }
}
