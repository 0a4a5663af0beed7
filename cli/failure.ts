import { TRPCClientError } from '@trpc/client'
import type { AppRouter, ErrorKind, InputIssue } from '@arcx/router'

/** What a program that calls `arcx` can tell from its exit code. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  signedOut: 3,
  forbidden: 4,
  notFound: 5,
  refused: 6,
  limit: 7,
  unavailable: 8,
  /** `exec` and `shell`: arcx itself failed; any other code is the program's own. */
  notRun: 125,
  interrupted: 130,
} as const

export const exitCodeWords: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  failed: 'something went wrong',
  usage: 'the command line makes no sense',
  signedOut: 'not signed in, or the token has ended: `arcx login`',
  forbidden: 'not allowed, or not with this token',
  notFound: 'there is no such workspace, team, token, secret or version',
  refused: 'the server refused it: a taken name, a state in which it cannot be done',
  limit: 'a limit is reached, or too many requests',
  unavailable: 'the server, or the workspace, cannot be reached',
  notRun: '`exec` and `shell`: the program was not run; every other code of theirs is the program’s own',
  interrupted: 'stopped by Ctrl-C',
}

const codeOfKind: Readonly<Record<ErrorKind, number>> = {
  Unauthenticated: exitCodes.signedOut,
  Forbidden: exitCodes.forbidden,
  NotFound: exitCodes.notFound,
  Conflict: exitCodes.refused,
  Invalid: exitCodes.refused,
  LimitReached: exitCodes.limit,
  Unavailable: exitCodes.unavailable,
}

/** What went wrong, for a person and for a program. */
export class Failure extends Error {
  readonly code: string
  readonly exitCode: number

  constructor(message: string, code: string, exitCode: number) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.exitCode = exitCode
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof TRPCClientError) {
    const { data, message, cause } = error as TRPCClientError<AppRouter>
    if (data === null || data === undefined) {
      const why = cause instanceof Error ? reasonOf(cause) : message
      return new Failure(
        `The server cannot be reached (${why}). Check its address, and that it runs.`,
        'server_unreachable',
        exitCodes.unavailable,
      )
    }
    const { arc, issues } = data
    if (arc !== null)
      return new Failure(
        arc.kind === 'Unauthenticated' ? `${message} Sign in with: arcx login` : message,
        arc.code,
        codeOfKind[arc.kind],
      )
    return new Failure(
      issues === null || issues === undefined ? message : said(issues),
      data.code.toLowerCase(),
      data.code === 'BAD_REQUEST' ? exitCodes.refused : exitCodes.failed,
    )
  }
  return new Failure(error instanceof Error ? error.message : String(error), 'failed', exitCodes.failed)
}

/** Where the server does not find what was named, says which name that was and where the right ones are listed. */
export async function namingWhatIsMissing<T>(asked: Promise<T>, code: string, message: string): Promise<T> {
  try {
    return await asked
  } catch (error) {
    const failure = failureOf(error)
    throw failure.code === code ? new Failure(message, code, failure.exitCode) : failure
  }
}

const wordsOfCode: Readonly<Partial<Record<string, string>>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  CERT_HAS_EXPIRED: 'its certificate has expired',
}

function reasonOf(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  const code = 'code' in cause ? String(cause.code) : ''
  return wordsOfCode[code] ?? (code || cause.message)
}

/** The schema's sentences. Where a value is one of several, the sentence quotes it, and what is typed has no `hosts.0`. */
const said = (issues: readonly InputIssue[]): string =>
  [...new Set(issues.map(({ field, message }) => (/^$|\./.test(field) ? message : `${field}: ${message}`)))].join(' ')
