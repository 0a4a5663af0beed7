import { LineCounter, isAlias, isMap, isNode, isPair, isScalar, parseDocument, visit } from 'yaml'
import type { Document, Node, YAMLMap } from 'yaml'

export type Path = readonly PropertyKey[]

/** Something is wrong in a workflow's source, where, and what to do. */
export interface Problem {
  /** Both counted from 1. */
  readonly line: number
  readonly column: number
  readonly message: string
}

export const sourceBounds = { letters: 65_536, nodes: 10_000, depth: 20 } as const

/** A YAML file that was read, and where in it everything stands. */
export class Source {
  readonly value: unknown
  readonly #document: Document.Parsed
  readonly #lines: LineCounter

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document
    this.#lines = lines
    this.value = document.toJS({ maxAliasCount: 0 })
  }

  /** Of a value; `key`: of what it is called by. */
  at(path: Path, key?: string): Pick<Problem, 'line' | 'column'> {
    const node = this.#nearest(path)
    const named =
      key !== undefined && isMap(node) ? node.items.find((each) => nameOf(each.key) === key)?.key : undefined
    return this.position((isNode(named) ? named : node)?.range?.[0] ?? 0)
  }

  position(offset: number): Pick<Problem, 'line' | 'column'> {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }

  /** What stands there, or the next above it. */
  #nearest(path: Path): Node | null {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#document.getIn(path.slice(0, length), true)
      if (isNode(node)) return node
    }
    return this.#document.contents
  }
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key)

/** YAML within bounds: no alias, as a few of them stand for any amount of text. */
export function readSource(text: string): { readonly source: Source } | { readonly problems: readonly Problem[] } {
  const first = { line: 1, column: 1 }
  if (text.length > sourceBounds.letters)
    return {
      problems: [
        { ...first, message: `A workflow has at most ${sourceBounds.letters} characters; this has ${text.length}.` },
      ],
    }
  const deep = tooDeepAt(text)
  if (deep !== null) return { problems: [{ ...deep, message: tooDeep }] }
  const lines = new LineCounter()
  // The reader’s own search for keys that come twice, and its words for errors, take time by the square of the text.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, version: '1.2' })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const [fault] = document.errors
  if (fault !== undefined) {
    const place = at(fault.pos[0])
    const line = text.split('\n')[place.line - 1] ?? ''
    return { problems: [{ ...place, message: wordsFor(fault.message, line) }] }
  }
  const refused = outOfBounds(document)
  if (refused !== null) return { problems: [{ ...at(refused.offset), message: refused.message }] }
  if (!isMap(document.contents))
    return { problems: [{ ...first, message: 'A workflow begins with its keys: name, on and jobs.' }] }
  return { source: new Source(document, lines) }
}

const tooDeep = `This is nested more than ${sourceBounds.depth} deep.`
/** Far beyond what is allowed, and what a script has. */
const unreadDepth = 200

/** Before it is read, as the reader calls itself for each level. */
function tooDeepAt(text: string): Pick<Problem, 'line' | 'column'> | null {
  for (let at = 0, depth = 0, line = 1, start = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (sign === '\n') {
      line += 1
      start = at + 1
    } else if (sign === '[' || sign === '{') depth += 1
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1)
    if (depth > unreadDepth || (at === start && /^(?:\s*[-?]\s){30}/.test(text.slice(at, at + 400))))
      return { line, column: at - start + 1 }
  }
  return null
}

/** Where a key stands that was there before. */
function repeatedKey({ items }: YAMLMap): number | null {
  const known = new Set<string>()
  for (const { key } of items) {
    const name = nameOf(key)
    if (known.has(name)) return isNode(key) ? (key.range?.[0] ?? 0) : 0
    known.add(name)
  }
  return null
}

function wordsFor(message: string, line: string): string {
  if (/flow/.test(message) && line.includes('${{'))
    return 'Within { } and [ ], a text with “${{ … }}” stands in double quotes. Put it in quotes.'
  return `This is no YAML: ${message.split(/ at line \d/)[0]}.`
}

function outOfBounds(document: Document.Parsed): { readonly offset: number; readonly message: string } | null {
  let nodes = 0
  let found: { readonly offset: number; readonly message: string } | null = null
  const refuse = (offset: number, message: string): symbol => {
    found = { offset, message }
    return visit.BREAK
  }
  visit(document, (_key, node, path) => {
    if (isPair(node) || !isNode(node)) return
    const offset = node.range?.[0] ?? 0
    if (isAlias(node))
      return refuse(offset, `“*${node.source}” is an alias, which a workflow does not have. Write it out.`)
    if ((nodes += 1) > sourceBounds.nodes) return refuse(offset, `A workflow has at most ${sourceBounds.nodes} values.`)
    if (isScalar(node) && typeof node.value === 'string' && node.value.includes('\0'))
      return refuse(offset, 'The character NUL stands here, which no text has. Take it out.')
    if (path.filter((each) => !isPair(each)).length > sourceBounds.depth) return refuse(offset, tooDeep)
    if (isMap(node) && node.items.some(({ key }) => nameOf(key) === '<<' || nameOf(key) === '__proto__'))
      return refuse(offset, 'Keys are not merged here, and “__proto__” is none. Write them out.')
    const twice = isMap(node) ? repeatedKey(node) : null
    if (twice !== null) return refuse(twice, 'This is no YAML: Map keys must be unique.')
    return
  })
  return found
}
