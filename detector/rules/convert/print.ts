import type { CharSet, Node } from './syntax.ts'

/** An expression for JavaScript. Where letters stand for both cases throughout, it is written for the flag `i`. */
export function print(node: Node, isFolded: boolean): string {
  switch (node.kind) {
    case 'letter':
      return literal(node.char)
    case 'set': {
      const [only, other, ...rest] = node.set.ascii
      if (isFolded && !node.set.beyond && only !== undefined && rest.length === 0 && other === (only ^ 32))
        return String.fromCharCode(Math.max(only, other))
      return printSet(node.set)
    }
    case 'assert':
      return node.text
    case 'look':
      return `${node.open}${print(node.item, isFolded)})`
    case 'seq':
      return node.items
        .map((each) => (each.kind === 'alt' ? `(?:${print(each, isFolded)})` : print(each, isFolded)))
        .join('')
    case 'alt':
      return node.items.map((each) => print(each, isFolded)).join('|')
    case 'capture':
      return `(${print(node.item, isFolded)})`
    case 'repeat': {
      const inner = print(node.item, isFolded)
      const single =
        node.item.kind === 'capture' || node.item.kind === 'set' || (node.item.kind === 'letter' && inner.length <= 2)
      return `${single ? inner : `(?:${inner})`}${countOf(node.min, node.max)}${node.lazy ? '?' : ''}`
    }
  }
}

function countOf(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  if (min === 0 && max === 1) return '?'
  return min === max ? `{${min}}` : `{${min},${max}}`
}

const controls: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f', '\v': '\\v' }

function literal(char: string): string {
  if (Object.hasOwn(controls, char)) return controls[char] ?? ''
  if (/[\\^$.*+?()[\]{}|/]/.test(char)) return `\\${char}`
  return char < ' ' || char > '~' ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char
}

const shorthand: readonly (readonly [string, RegExp])[] = [
  ['\\w', /\w/],
  ['\\d', /\d/],
]

function printSet(set: CharSet): string {
  // What is missing is shorter to name where most is there.
  const negated = set.ascii.size > 64
  const codes = new Set(
    Array.from({ length: 128 }, (_, code) => code).filter((code) => set.ascii.has(code) !== negated),
  )
  const beyond = set.beyond !== negated
  if (codes.size === 0 && negated && !beyond) return '[\\s\\S]'
  if (codes.size === 1 && !negated && !beyond) return literal(String.fromCharCode([...codes][0] ?? 0))
  let body = ''
  for (const [name, pattern] of shorthand) {
    const members = [...Array(128).keys()].filter((code) => pattern.test(String.fromCharCode(code)))
    if (!members.every((code) => codes.has(code))) continue
    body += name
    for (const code of members) codes.delete(code)
  }
  const spaces = [9, 10, 11, 12, 13, 32]
  if (spaces.every((code) => codes.has(code))) {
    body += '\\s'
    for (const code of spaces) codes.delete(code)
  }
  const sorted = [...codes].toSorted((a, b) => a - b)
  for (let at = 0; at < sorted.length;) {
    let end = at
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1
    const [from, to] = [inSet(sorted[at] ?? 0), inSet(sorted[end] ?? 0)]
    body += end - at > 1 ? `${from}-${to}` : end > at ? from + to : from
    at = end + 1
  }
  if (beyond) body += '\\u0080-\\uffff'
  if (body === '\\w' && !negated) return '\\w'
  if (body === '\\d' && !negated) return '\\d'
  if (body === '\\s') return negated ? '\\S' : '\\s'
  return `[${negated ? '^' : ''}${body}]`
}

function inSet(code: number): string {
  const char = String.fromCharCode(code)
  if (Object.hasOwn(controls, char)) return controls[char] ?? ''
  if (/[\\\]^-]/.test(char)) return `\\${char}`
  return char < ' ' || char > '~' ? `\\x${code.toString(16).padStart(2, '0')}` : char
}
