import { ExpressionError, bounds } from './syntax.ts'
import type { Node, Operator } from './syntax.ts'

type Token =
  | { readonly kind: 'name' | 'sign'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }

const pattern =
  /\s*(?:(?<name>[A-Za-z_][\w-]*)|(?<number>-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|'(?<text>(?:[^']|'')*)'|(?<sign>\|\||&&|==|!=|<=|>=|[<>!().,[\]]))/iy
const words: Readonly<Record<string, null | boolean>> = { true: true, false: false, null: null }
const levels: readonly (readonly Operator[])[] = [['||'], ['&&'], ['==', '!='], ['<=', '>=', '<', '>']]

/** @throws {ExpressionError} */
export function parseExpression(source: string): Node {
  if (source.length > bounds.source)
    throw new ExpressionError(`An expression has at most ${bounds.source} characters; this one has ${source.length}.`)
  return new Parser(tokensOf(source)).whole()
}

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  const text = source.trimEnd()
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) throw new ExpressionError(unknownSign(text.slice(at).trimStart()))
    const { name, number, text: quoted, sign } = groups
    if (name !== undefined && Object.hasOwn(words, name)) tokens.push({ kind: 'literal', value: words[name] ?? null })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (number !== undefined) tokens.push({ kind: 'literal', value: Number(number) })
    else if (quoted !== undefined) tokens.push({ kind: 'literal', value: quoted.replaceAll("''", "'") })
    else tokens.push({ kind: 'sign', text: sign ?? '' })
  }
  return tokens
}

function unknownSign(rest: string): string {
  if (rest.startsWith('"')) return 'Texts stand in single quotes: write \'text\' in place of "text".'
  if (rest.startsWith("'")) return "A text is not closed: a single quote is missing. Within a text, write two: ''."
  return `“${rest.slice(0, 1)}” means nothing in an expression.`
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Node {
    if (this.#tokens.length === 0) throw new ExpressionError('The expression is empty.')
    const node = this.#binary(0)
    const rest = this.#tokens[this.#at]
    if (rest !== undefined) throw new ExpressionError(`“${shown(rest)}” is not expected here.`)
    return node
  }

  #binary(level: number): Node {
    const operators = levels[level]
    if (operators === undefined) return this.#unary()
    return this.#deeper(() => {
      let left = this.#binary(level + 1)
      for (;;) {
        const operator = operators.find((each) => this.#take(each))
        if (operator === undefined) return left
        left = { kind: 'binary', operator, left, right: this.#binary(level + 1) }
      }
    })
  }

  #unary(): Node {
    if (this.#take('!')) return { kind: 'not', operand: this.#deeper(() => this.#unary()) }
    let node = this.#primary()
    for (;;) {
      if (this.#take('.')) {
        const token = this.#next()
        if (token.kind === 'sign') throw new ExpressionError(`A name stands behind a point, and not “${token.text}”.`)
        node = { kind: 'member', of: node, key: { kind: 'literal', value: 'text' in token ? token.text : token.value } }
      } else if (this.#take('[')) {
        node = { kind: 'member', of: node, key: this.#binary(0) }
        this.#require(']')
      } else return node
    }
  }

  #primary(): Node {
    const token = this.#next()
    if ('value' in token) return token
    if (token.kind === 'name') return this.#take('(') ? this.#call(token.text) : named(token.text)
    if (token.text !== '(') throw new ExpressionError(`“${token.text}” is not expected here.`)
    const inner = this.#binary(0)
    this.#require(')')
    return inner
  }

  #call(name: string): Node {
    const given: Node[] = []
    if (this.#take(')')) return { kind: 'call', name, arguments: given }
    do given.push(this.#binary(0))
    while (this.#take(','))
    this.#require(')')
    return { kind: 'call', name, arguments: given }
  }

  #next(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new ExpressionError('The expression ends too early.')
    this.#at += 1
    return token
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'sign' || token.text !== sign) return false
    this.#at += 1
    return true
  }

  #require(sign: string): void {
    if (!this.#take(sign)) throw new ExpressionError(`“${sign}” is missing.`)
  }

  #deeper<T>(read: () => T): T {
    // Each pair of brackets goes through every level.
    if ((this.#depth += 1) > bounds.depth * levels.length)
      throw new ExpressionError(`The expression is nested more than ${bounds.depth} deep.`)
    const result = read()
    this.#depth -= 1
    return result
  }
}

const named = (name: string): Node => ({ kind: 'name', name })
const shown = (token: Token): string => (token.kind === 'literal' ? String(token.value) : token.text)
