import { ExpressionError, bounds } from './syntax.ts'
import type { Scope, Status } from './evaluate.ts'
import { areEqual, isList, parseJson, textOf } from './value.ts'
import type { Value } from './value.ts'
import type { Work } from './work.ts'

export interface ExpressionFunction {
  /** How many arguments it takes: the least and the most. */
  readonly takes: readonly [least: number, most: number]
  /** It asks how what came before went, so that a condition with it is asked also after a failure. */
  readonly asksStatus: boolean
  call(given: readonly Value[], scope: Pick<Scope, 'status' | 'work'>): Value
}

const of = (least: number, most: number, call: (given: readonly Value[], work: Work) => Value): ExpressionFunction => ({
  takes: [least, most],
  asksStatus: false,
  call: (given, { work }) => call(given, work),
})
const about = (holds: (status: Status) => boolean): ExpressionFunction => ({
  takes: [0, 0],
  asksStatus: true,
  call: (_given, { status }) => holds(status),
})
const lower = (value: Value | undefined): string => textOf(value ?? null).toLowerCase()

export const functions: ReadonlyMap<string, ExpressionFunction> = new Map([
  ['always', about(() => true)],
  ['success', about((status) => status === 'success')],
  ['failure', about((status) => status === 'failure')],
  ['cancelled', about((status) => status === 'cancelled')],
  [
    'contains',
    of(2, 2, ([where = null, what = null], work) => {
      // What is compared with each may be large itself.
      if (isList(where)) return where.some((each) => (work.goThrough([what]), areEqual(each, what)))
      const [within, wanted] = [lower(where), lower(what)]
      work.search(within, wanted)
      return within.includes(wanted)
    }),
  ],
  ['startsWith', of(2, 2, ([text, start]) => lower(text).startsWith(lower(start)))],
  ['endsWith', of(2, 2, ([text, end]) => lower(text).endsWith(lower(end)))],
  ['format', of(1, 20, format)],
  [
    'join',
    of(1, 2, ([list = null, between = ', ']) => {
      if (!isList(list)) return bounded(textOf(list))
      requireLength(textOf(between).length * Math.max(0, list.length - 1))
      return bounded(list.map(textOf).join(textOf(between)))
    }),
  ],
  ['toJSON', of(1, 1, ([value = null]) => bounded(JSON.stringify(value)))],
  ['fromJSON', of(1, 1, ([text = null]) => fromJson(textOf(text)))],
])

function format([pattern = null, ...values]: readonly Value[]): Value {
  let put = 0
  const texts = values.map(textOf)
  return bounded(
    textOf(pattern).replaceAll(/\{\{|\}\}|\{(\d{1,2})\}/g, (found, index: string | undefined) => {
      if (index === undefined) return found.slice(1)
      const text = texts[Number(index)] ?? ''
      requireLength((put += text.length))
      return text
    }),
  )
}

function fromJson(text: string): Value {
  const value = parseJson(text, bounds.jsonDepth)
  if (value === undefined) throw new ExpressionError(`fromJSON() was given no JSON: ${text.slice(0, 80)}`)
  return value
}

function bounded(text: string): string {
  requireLength(text.length)
  return text
}

function requireLength(length: number): void {
  if (length > bounds.result) throw new ExpressionError(`A text of more than ${bounds.result} characters came out.`)
}
