import type { z } from 'zod'
import { suggestion } from './nearest.ts'
import type { Path, Problem, Source } from './source.ts'

/** The keys that may stand at a place. */
export type KeysAt = (path: Path) => readonly string[]

type Issue = z.core.$ZodIssue

/** What a schema says of a source, where it stands there, with what was found and what to do. `base`: where the schema's root is. */
export function problemsOf(
  source: Source,
  issues: readonly Issue[],
  keysAt: KeysAt,
  base: Path = [],
): readonly Problem[] {
  return issues.flatMap((issue) => problemOf(source, issue, keysAt, base))
}

function problemOf(source: Source, issue: Issue, keysAt: KeysAt, base: Path): readonly Problem[] {
  const path = [...base, ...issue.path]
  const found = valueAt(source.value, path)
  const where = placeOf(path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        ...source.at(path, key),
        message: `“${key}” is no key of ${where}. ${elsewhere[key] ?? suggestion(key, keysAt(path))}`.trim(),
      }))
    case 'invalid_key':
      return [
        {
          ...source.at(path.slice(0, -1), String(path.at(-1))),
          message: `“${String(path.at(-1))}” ${issue.issues.map(({ message }) => message).join('; ')}.`,
        },
      ]
    case 'invalid_union': {
      // The alternative that came furthest says most.
      const [best] = issue.errors.toSorted((a, b) => furthest(b) - furthest(a))
      if (best !== undefined && furthest(best) > 0) return problemsOf(source, best, keysAt, path)
      if (issue.errors.length === 0 && issue.discriminator !== undefined)
        return [
          {
            ...source.at(path),
            message: `${where} takes a “${issue.discriminator}” that is one of: ${keysAt([...path, issue.discriminator]).join(', ')}.`,
          },
        ]
      return [{ ...source.at(path), message: `${where} is ${shown(found)}. ${wantedOf(best ?? [])}` }]
    }
    case 'invalid_type':
      if (found === undefined)
        return [
          {
            ...source.at(path.slice(0, -1)),
            message: `${placeOf(path.slice(0, -1))} has no “${String(path.at(-1))}”. Add it: ${String(path.at(-1))}: …`,
          },
        ]
      return [
        { ...source.at(path), message: `${where} is ${shown(found)}. ${howToWrite(path, found, issue.expected)}` },
      ]
    case 'invalid_value':
      return [
        {
          ...source.at(path),
          message: `${where} is ${shown(found)}. ${suggestion(String(found), issue.values.map(String))}`,
        },
      ]
    case 'too_big':
      return [
        {
          ...source.at(path),
          message: `${where} is ${shown(found)}: more than ${String(issue.maximum)}${unit(issue.origin)}. Shorten it.`,
        },
      ]
    case 'too_small':
      return [
        {
          ...source.at(path),
          message:
            Number(issue.minimum) === 1 && issue.origin !== 'number'
              ? `${where} is empty. Write at least one ${issue.origin === 'string' ? 'character' : 'entry'}.`
              : `${where} is ${shown(found)}: less than ${String(issue.minimum)}${unit(issue.origin)}.`,
        },
      ]
    default:
      return [
        {
          ...source.at(path),
          // What a map or a list holds stands in the source.
          message: `${typeof found === 'object' ? where : `${where} ${shown(found)}:`} ${issue.message}.`.replace(
            /\.\.$/,
            '.',
          ),
        },
      ]
  }
}

/** What GitHub Actions calls by a key that there is not here. */
const elsewhere: Readonly<Record<string, string>> = {
  'runs-on': 'A job runs in a workspace: write workspace: and its name.',
}

/** What to write in place of something of another type. */
function howToWrite(path: Path, found: unknown, expected: string): string {
  const isMap = expected === 'object' || expected === 'record'
  if (isMap && found === null) return `Write ${String(path.at(-1))}: {} where there is nothing to say of it.`
  const names = (Array.isArray(found) ? found : [found]).filter((each) => typeof each === 'string')
  if (isMap && path.length === 1 && path[0] === 'on' && names.length > 0)
    return `Write each as a key: on: { ${names.map((name) => `${name}: {}`).join(', ')} }.`
  return `Write ${words(expected)}.`
}

const furthest = (issues: readonly Issue[]): number =>
  Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)))
const wantedOf = (issues: readonly Issue[]): string =>
  issues
    .map((issue) => (issue.code === 'invalid_type' ? `Write ${words(issue.expected)}.` : `${issue.message}.`))
    .join(' ')

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list, each line with “- ”',
  object: 'keys with values, such as “name: value”',
  record: 'keys with values, such as “name: value”',
}
const words = (expected: string): string => typeWords[expected] ?? expected
const unit = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '')

/** What stands there, short. */
function shown(found: unknown): string {
  if (found === undefined) return 'missing'
  if (found === null) return 'empty'
  if (Array.isArray(found)) return `a list of ${found.length}`
  if (typeof found === 'object') return 'keys with values'
  const text = String(found)
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  )
}

/** `jobs.build.steps[1].run` */
export function placeOf(path: Path): string {
  if (path.length === 0) return 'the workflow'
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key + 1}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('')
}
