import { ExpressionError, bounds } from './syntax.ts'
import type { Status } from './evaluate.ts'
import { areEqual, isList, textOf } from './value.ts'
import type { Value } from './value.ts'

export interface ExpressionFunction {
  /** How many arguments it takes: the least and the most. */
  readonly takes: readonly [least: number, most: number]
  /** It asks how what came before went, so that a condition with it is asked also after a failure. */
  readonly asksStatus: boolean
  call(given: readonly Value[], status: Status): Value
}

const of = (least: number, most: number, call: (given: readonly Value[]) => Value): ExpressionFunction => ({
  takes: [least, most],
  asksStatus: false,
  call,
})
const about = (holds: (status: Status) => boolean): ExpressionFunction => ({
  takes: [0, 0],
  asksStatus: true,
  call: (_given, status) => holds(status),
})
const lower = (value: Value | undefined): string => textOf(value ?? null).toLowerCase()

export const functions: ReadonlyMap<string, ExpressionFunction> = new Map([
  ['always', about(() => true)],
  ['success', about((status) => status === 'success')],
  ['failure', about((status) => status === 'failure')],
  ['cancelled', about((status) => status === 'cancelled')],
  [
    'contains',
    of(2, 2, ([where = null, what = null]) =>
      isList(where) ? where.some((each) => areEqual(each, what)) : lower(where).includes(lower(what)),
    ),
  ],
  ['startsWith', of(2, 2, ([text, start]) => lower(text).startsWith(lower(start)))],
  ['endsWith', of(2, 2, ([text, end]) => lower(text).endsWith(lower(end)))],
  ['format', of(1, 20, format)],
  [
    'join',
    of(1, 2, ([list = null, between = ', ']) =>
      bounded(isList(list) ? list.map(textOf).join(textOf(between)) : textOf(list)),
    ),
  ],
  ['toJSON', of(1, 1, ([value = null]) => bounded(JSON.stringify(value)))],
  ['fromJSON', of(1, 1, ([text = null]) => fromJson(textOf(text)))],
])

function format([pattern = null, ...values]: readonly Value[]): Value {
  return bounded(
    textOf(pattern).replaceAll(/\{\{|\}\}|\{(\d{1,2})\}/g, (found, index: string | undefined) =>
      index === undefined ? found.slice(1) : textOf(values[Number(index)] ?? null),
    ),
  )
}

function fromJson(text: string): Value {
  try {
    return JSON.parse(text) as Value
  } catch {
    throw new ExpressionError(`fromJSON() was given no JSON: ${text.slice(0, 80)}`)
  }
}

function bounded(text: string): string {
  if (text.length > bounds.result)
    throw new ExpressionError(`A text of more than ${bounds.result} characters came out.`)
  return text
}
