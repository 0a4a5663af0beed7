/**
 * Quick looks at what stands behind a name, before an expression is tried there: each says no only where its expression
 * cannot match.
 * @param to where the name ends
 * @param sign where the sign behind a quote, a bracket and spaces stands
 */
export type Ahead = (text: string, to: number, sign: number) => boolean

const [mayStand, quote, newline, operator] = [1, 2, 3, 4]
/** What an assignment may have between a name and the quote of its value. */
const assignment = new Uint8Array(128)
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code)
  if (/["'`]/.test(char)) assignment[code] = quote
  else if (char === '\n') assignment[code] = newline
  else if (/[:=!]/.test(char)) assignment[code] = operator
  else if (/[\w \t\r\\[\]:?<>&*.|=!+$(@-]/.test(char)) assignment[code] = mayStand
}
const longestAssignment = 160
/** `: type ::=` has the most. */
const mostSigns = 4

export const isAssigned: Ahead = (text, to, place) => {
  if (isLetter(text.charCodeAt(place)) && !isTyped(text, place)) return false
  let at = behindQuote(text, to)
  let [lines, signs] = [0, 0]
  for (const last = at + longestAssignment; at < last; at += 1) {
    const kind = assignment[text.charCodeAt(at)] ?? 0
    if (kind === quote) return true
    if (kind === newline) lines += 1
    else if (kind === operator) signs += 1
    else if (kind !== mayStand) return false
    if (lines > 1 || signs > mostSigns) return false
  }
  return false
}

/** One word between the name and the sign that assigns: the type, or `As` and the type. */
function isTyped(text: string, from: number): boolean {
  if (text.startsWith('As ', from)) return true
  let at = from
  while (at < from + longestType && isOfType(text.charCodeAt(at))) at += 1
  const code = text.charCodeAt(behindSpaces(text, at, 3))
  // `:`, `!`, `=`, `?`, `+` or `|`
  return code === 58 || code === 33 || code === 61 || code === 63 || code === 43 || code === 124
}

const longestType = 12
const isLetter = (code: number) => (code > 96 && code < 123) || (code > 64 && code < 91)
const isOfType = (code: number) => isLetter(code) || code === 42 || code === 91 || code === 93 || code === 38

/** A bracket behind the sign. */
export const isListed: Ahead = (text, _to, sign) => {
  const code = text.charCodeAt(behindSpaces(text, sign + 1, 4))
  return code === 40 || code === 91
}

/** The word `value`, perhaps behind a comma. */
export const isValue: Ahead = (text, to, sign) => {
  let at = text.charCodeAt(sign) === 44 ? sign + 1 : behindQuote(text, to)
  while (at < to + 100 && isSpace(text.charCodeAt(at))) at += 1
  if (text.charCodeAt(at) === 44) at += 1
  while (at < to + 100 && isSpace(text.charCodeAt(at))) at += 1
  return (text.charCodeAt(behindQuote(text, at)) | 32) === 118
}

export const isQuoted: Ahead = (text, to) => text.charCodeAt(to) === 34

/** A quote that ends the name. */
export const isQuotedName: Ahead = (text, to) => isQuote(text.charCodeAt(to)) || text.charCodeAt(to) === 92

/** An operator or an opening bracket, and a quote. */
export const isDefault: Ahead = (text, _to, sign) => {
  let at = sign
  let code = text.charCodeAt(at)
  if (code === 41 || code === 93) {
    at = behindSpaces(text, at + 1, 4)
    code = text.charCodeAt(at)
  }
  const next = text.charCodeAt(at + 1)
  const isOperator = (code === 124 && next === 124) || (code === 63 && next === 63) || (code === 111 && next === 114)
  if (!isOperator && code !== 40 && code !== 123) return false
  at = behindSpaces(text, at + (isOperator ? 2 : 1), 4)
  return isQuote(text.charCodeAt(at)) || text.charCodeAt(at) === 92
}

export const isSpaced: Ahead = (text, to) => isBlank(text.charCodeAt(to))

const isQuote = (code: number) => code === 34 || code === 39 || code === 96
const isBlank = (code: number) => code === 32 || code === 9
/** As `\s` has it; what is not of ASCII counts as one. */
const isSpace = (code: number) => code === 32 || (code > 8 && code < 14) || code > 127

export function behindSpaces(text: string, from: number, most: number): number {
  let at = from
  while (at < from + most && isBlank(text.charCodeAt(at))) at += 1
  return at
}

/** Behind backslashes and a quote, where there are any. */
export function behindQuote(text: string, from: number): number {
  let at = from
  while (at < from + 3 && text.charCodeAt(at) === 92) at += 1
  return isQuote(text.charCodeAt(at)) ? at + 1 : at
}
