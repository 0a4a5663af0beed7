/** What an expression works with: JSON, and nothing that could be called. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap
export interface ValueMap {
  readonly [key: string]: Value
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
export const isMap = (value: Value): value is ValueMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isTruthy = (value: Value): boolean => value !== null && value !== false && value !== 0 && value !== ''

/** Of a map's own keys alone: nothing is inherited. */
export function memberOf(value: Value, key: Value): Value {
  if (isList(value)) {
    const index = typeof key === 'string' && /^\d{1,9}$/.test(key) ? Number(key) : key
    return typeof index === 'number' ? (value[index] ?? null) : null
  }
  if (!isMap(value) || (typeof key !== 'string' && typeof key !== 'number')) return null
  return Object.hasOwn(value, key) ? (value[key] ?? null) : null
}

/** As it stands in a text. */
export function textOf(value: Value): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function areEqual(left: Value, right: Value): boolean {
  if (typeof left === 'object' && left !== null && typeof right === 'object' && right !== null)
    return JSON.stringify(left) === JSON.stringify(right)
  return left === right
}

/**
 * What came from outside, as JSON has it, without what the database takes in no text: NUL, and halves of characters.
 * @throws where it is nothing that JSON has.
 */
export const toValue = (value: unknown): Value => JSON.parse(storable(JSON.stringify(value ?? null))) as Value

const storable = (json: string): string =>
  json.replaceAll(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (found) => (/^\\u(?:0000|d)/.test(found) ? '\\ufffd' : found))

/** Undefined where it is no JSON, or nested deeper. */
export function parseJson(text: string, depth: number): Value | undefined {
  if (isDeeper(text, depth)) return undefined
  try {
    return toValue(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Whether brackets outside of texts are nested deeper. */
function isDeeper(json: string, most: number): boolean {
  let depth = 0
  for (const [sign] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (sign === '[' || sign === '{') depth += 1
    else if (sign === ']' || sign === '}') depth -= 1
    if (depth > most) return true
  }
  return false
}
