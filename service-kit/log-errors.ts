const longestMessage = 500
const longestStack = 12
const deepest = 4
/** Names and numbers by which a fault is known, of Node, PostgreSQL and HTTP clients; whatever else an error carries may be somebody's data. */
const fields = ['code', 'errno', 'syscall', 'statusCode', 'constraint'] as const

export interface LoggedError {
  readonly type: string
  readonly message: string
  /** Where it arose, without the message that stands before it. */
  readonly stack: string
  readonly cause?: LoggedError
  readonly errors?: readonly LoggedError[]
  readonly code?: string | number
  readonly errno?: string | number
  readonly syscall?: string | number
  readonly statusCode?: string | number
  readonly constraint?: string | number
}

/** What of an error goes into a log: the fields of a list and no others, since a parser’s error carries what it could not parse. */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return {
      type: typeof error,
      message: typeof error === 'string' ? safeMessage(error) : 'No error was thrown, but something else.',
      stack: '',
    }
  const { name, message, stack = '', cause } = error
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  const known = fields.flatMap((field) => {
    const value: unknown = Reflect.get(error, field)
    return typeof value === 'number' || (typeof value === 'string' && /^[\w.-]{1,60}$/.test(value))
      ? [[field, value] as const]
      : []
  })
  const inner: unknown = error instanceof AggregateError ? error.errors : undefined
  return {
    type: isName(name) ? name : 'Error',
    message: safeMessage(String(message)),
    stack: frames.slice(0, longestStack).join('\n'),
    ...Object.fromEntries(known),
    ...(cause instanceof Error && depth < deepest ? { cause: loggedError(cause, depth + 1) } : {}),
    ...(Array.isArray(inner) && depth < deepest
      ? { errors: inner.slice(0, 5).map((each) => loggedError(each, depth + 1)) }
      : {}),
  }
}

class Logged implements LoggedError {
  declare readonly type: string
  declare readonly message: string
  declare readonly stack: string

  constructor(error: unknown) {
    Object.assign(this, loggedError(error))
  }
}

/** Errors at any name of an entry; anything else stays as it is. */
export const withLoggedErrors = (entry: Record<string, unknown>): Record<string, unknown> =>
  Object.values(entry).some((value) => value instanceof Error)
    ? Object.fromEntries(
        Object.entries(entry).map(([name, value]) => [name, value instanceof Error ? new Logged(value) : value]),
      )
    : entry

/** For the name at which errors usually stand, whatever was thrown. */
export const loggedOnce = (error: unknown): LoggedError => (error instanceof Logged ? error : loggedError(error))

const isName = (name: unknown): name is string => typeof name === 'string' && /^\w{1,60}$/.test(name)

/** V8 quotes what it could not parse as JSON. */
const safeMessage = (message: string) =>
  message
    .slice(0, longestMessage)
    .replace(/(?:"|…|\.{3})[^]*(?= is not valid JSON)/, '[cut]')
    .replace(/(?<=Unexpected token )'?[^]*?'?(?=,? \[cut\]| in JSON)/u, '[cut]')
