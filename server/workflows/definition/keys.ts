import { z } from 'zod'
import type { Path } from './source.ts'

/** The keys that a schema has, or the values of an enumeration, at a path; for suggestions. */
export function keysOf(schema: z.core.$ZodType, path: Path): readonly string[] {
  const bare = unwrapped(schema)
  const [key, ...rest] = path
  if (key === undefined) {
    if (bare instanceof z.ZodObject) return Object.keys(bare.shape)
    if (bare instanceof z.ZodUnion) return [...new Set(bare.options.flatMap((each) => keysOf(each, [])))]
    if (bare instanceof z.ZodEnum) return bare.options.map(String)
    return bare instanceof z.ZodLiteral ? [...bare.values].map(String) : []
  }
  if (bare instanceof z.ZodUnion) return [...new Set(bare.options.flatMap((each) => keysOf(each, path)))]
  if (bare instanceof z.ZodObject) {
    const inner = Object.hasOwn(bare.shape, key) ? bare.shape[String(key)] : undefined
    return inner === undefined ? [] : keysOf(inner, rest)
  }
  if (bare instanceof z.ZodRecord) return keysOf(bare.valueType, rest)
  return bare instanceof z.ZodArray ? keysOf(bare.element, rest) : []
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrapped(schema.unwrap())
  return schema instanceof z.ZodPipe ? unwrapped(schema.in) : schema
}
