import { isIP } from 'node:net'
import { z } from 'zod'

/** A setting is missing or wrong. Its message is one line: the variable, what it got, what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Variables whose value never appears in a message. */
const confidential = /TOKEN|SECRET|PASSWORD|KEY|DATABASE_URL|NATS_URL|SMTP_URL/

/**
 * Parses the environment once, at start. An empty value counts as not set.
 * @throws {ConfigError} naming the first variable that does not fit.
 */
export function parseConfig<S extends z.ZodObject>(
  schema: S,
  environment: Record<string, string | undefined>,
): z.infer<S> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const result = schema.safeParse(present)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const name = String(issue?.path[0] ?? 'environment')
  const got = present[name]
  const shown = got === undefined ? 'is not set' : confidential.test(name) ? 'is set to something else' : `is “${got}”`
  const takes = describedAs(schema.shape[name]) ?? issue?.message ?? 'another value'
  throw new ConfigError(`${name} ${shown}; it takes ${takes}.`)
}

/** A default does not hand on the description of what it stands for. */
function describedAs(field: z.core.$ZodType | undefined): string | undefined {
  if (field === undefined) return undefined
  const own = z.globalRegistry.get(field)?.description
  if (own !== undefined) return own
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional ? describedAs(field.unwrap()) : undefined
}

/** A whole number in the environment, with its bounds. */
export const wholeNumber = (low: number, high: number, unit: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().int().min(low).max(high))
    .describe(`${unit}, a whole number from ${low} to ${high}`)

export const port = () => wholeNumber(1, 65535, 'a TCP port')

/** Addresses and networks. */
export const networks = () =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
    .refine((each) => each.every(isNetwork))
    .describe('addresses and networks such as 10.0.0.0/8, with commas between them')

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  return (
    family !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  )
}

/** A token of at least 32 characters: 128 bits even in hexadecimal. */
export const token = () => z.string().min(32).max(512).describe('at least 32 random characters')

/** Keys that a setting had before, newest first, with commas between them. */
export const formerKeys = () =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
    .refine((keys) => keys.every((each) => each.length >= 32 && each.length <= 512))
    .describe('keys of at least 32 characters, with commas between them')
