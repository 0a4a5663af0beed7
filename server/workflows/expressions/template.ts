import { evaluate } from './evaluate.ts'
import type { Scope } from './evaluate.ts'
import { functions } from './functions.ts'
import { parseExpression } from './parse.ts'
import { ExpressionError, bounds, partsOf } from './syntax.ts'
import type { Node } from './syntax.ts'
import { isTruthy, textOf } from './value.ts'
import type { Value } from './value.ts'

type Part = string | Node

/** A text with expressions in it, `${{ … }}`, taken apart. @throws {ExpressionError} */
export function parseTemplate(text: string): readonly Part[] {
  const parts: Part[] = []
  let rest = text
  for (;;) {
    const start = rest.indexOf('${{')
    if (start < 0) break
    const end = closing(rest, start + 3)
    if (end < 0) throw new ExpressionError('“${{” is not closed: “}}” is missing.')
    if (start > 0) parts.push(rest.slice(0, start))
    parts.push(parseExpression(rest.slice(start + 3, end)))
    rest = rest.slice(end + 2)
  }
  if (rest !== '') parts.push(rest)
  return parts
}

/** Where `}}` stands outside of quotes. */
function closing(text: string, from: number): number {
  for (let at = from, quoted = false; at < text.length; at += 1) {
    if (text[at] === "'") quoted = !quoted
    else if (!quoted && text.startsWith('}}', at)) return at
  }
  return -1
}

export const hasExpressions = (text: string): boolean => text.includes('${{')

/** The value itself where the text is one expression and nothing else; else a text. @throws {ExpressionError} */
export function fill(text: string, scope: Scope): Value {
  scope.work.read(text)
  const parts = parseTemplate(text)
  const [only] = parts
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') return evaluate(only, scope)
  let filled = ''
  for (const part of parts) {
    filled += typeof part === 'string' ? part : textOf(evaluate(part, scope))
    if (filled.length > bounds.result)
      throw new ExpressionError(`A text of more than ${bounds.result} characters came out.`)
  }
  return filled
}

/** A condition, with or without `${{ }}` around it. @throws {ExpressionError} */
export function parseCondition(text: string): Node {
  const whole = /^\s*\$\{\{(?<inner>.*)\}\}\s*$/s.exec(text)?.groups?.['inner']
  return parseExpression(whole ?? text)
}

const asksStatus = (node: Node): boolean =>
  partsOf(node).some((part) => part.kind === 'call' && functions.get(part.name)?.asksStatus === true)

/** Whether it holds; one that does not ask how things went holds only where they went well. @throws {ExpressionError} */
export function holds(condition: string | undefined, scope: Scope): boolean {
  if (condition === undefined) return scope.status === 'success'
  scope.work.read(condition)
  const node = parseCondition(condition)
  return (asksStatus(node) || scope.status === 'success') && isTruthy(evaluate(node, scope))
}
