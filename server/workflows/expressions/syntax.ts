/** A part of an expression. */
export type Node =
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Node; readonly key: Node }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Node[] }
  | { readonly kind: 'not'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Node; readonly right: Node }

export const operators = ['||', '&&', '==', '!=', '<=', '>=', '<', '>'] as const
export type Operator = (typeof operators)[number]

/** What is wrong with an expression, or went wrong in it; for a person. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

export const bounds = {
  /** Letters of one expression. */
  source: 2000,
  /** Parts of parts. */
  depth: 40,
  /** Letters of what comes out. */
  result: 65_536,
  /** Levels of what is read as JSON. */
  jsonDepth: 100,
  /** Letters that are gone through, for all expressions that are evaluated together. */
  work: 20_000_000,
} as const

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return []
    case 'member':
      return [node.of, node.key]
    case 'call':
      return node.arguments
    case 'not':
      return [node.operand]
    case 'binary':
      return [node.left, node.right]
  }
}

/** The expression and all its parts. */
export const partsOf = (node: Node): readonly Node[] => [node, ...childrenOf(node).flatMap(partsOf)]

/** `steps.build.outputs` as a list of its names; null where it is no such path. */
export function pathOf(node: Node): readonly string[] | null {
  if (node.kind === 'name') return [node.name]
  if (node.kind !== 'member' || node.key.kind !== 'literal') return null
  const before = pathOf(node.of)
  return before === null ? null : [...before, String(node.key.value)]
}
