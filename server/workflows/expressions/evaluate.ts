import { functions } from './functions.ts'
import { ExpressionError, bounds } from './syntax.ts'
import type { Node, Operator } from './syntax.ts'
import { areEqual, isTruthy, memberOf } from './value.ts'
import type { Value, ValueMap } from './value.ts'
import type { Work } from './work.ts'

/** How what came before went, for `success()` and its like. */
export type Status = 'success' | 'failure' | 'cancelled' | 'skipped'

export interface Scope {
  readonly status: Status
  /** `inputs`, `event`, `steps` … by their names. */
  readonly contexts: ValueMap
  readonly work: Work
}

/** Runs nothing, changes nothing and always ends. @throws {ExpressionError} where a bound is passed, or fromJSON gets no JSON. */
export function evaluate(node: Node, scope: Scope): Value {
  const value = valueOf(node, scope)
  if (typeof value === 'string' && value.length > bounds.result)
    throw new ExpressionError(`A text of more than ${bounds.result} characters came out.`)
  return value
}

function valueOf(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'name':
      return memberOf(scope.contexts, node.name)
    case 'member':
      return memberOf(evaluate(node.of, scope), evaluate(node.key, scope))
    case 'not':
      return !isTruthy(evaluate(node.operand, scope))
    case 'call': {
      const run = functions.get(node.name)
      if (run === undefined) throw new ExpressionError(`There is no function ${node.name}().`)
      const given = node.arguments.map((each) => evaluate(each, scope))
      scope.work.goThrough(given)
      return run.call(given, scope)
    }
    case 'binary':
      return binary(node.operator, evaluate(node.left, scope), () => evaluate(node.right, scope), scope.work)
  }
}

function binary(operator: Operator, left: Value, right: () => Value, work: Work): Value {
  const equals = (): boolean => {
    const other = right()
    work.goThrough([left, other])
    return areEqual(left, other)
  }
  switch (operator) {
    case '||':
      return isTruthy(left) ? left : right()
    case '&&':
      return isTruthy(left) ? right() : left
    case '==':
      return equals()
    case '!=':
      return !equals()
    case '<':
      return isOrdered(left, right(), (order) => order < 0)
    case '<=':
      return isOrdered(left, right(), (order) => order <= 0)
    case '>':
      return isOrdered(left, right(), (order) => order > 0)
    case '>=':
      return isOrdered(left, right(), (order) => order >= 0)
  }
}

/** Numbers with numbers and texts with texts; of anything else nothing is greater. */
function isOrdered(left: Value, right: Value, holds: (order: number) => boolean): boolean {
  if (typeof left === 'number' && typeof right === 'number') return holds(left - right)
  if (typeof left === 'string' && typeof right === 'string') return holds(left < right ? -1 : left > right ? 1 : 0)
  return false
}
