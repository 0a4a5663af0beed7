import { t } from '@lingui/core/macro'
import { TRPCClientError } from '@trpc/client'
import type { AppRouter, InputIssue } from '@arcx/router'

export interface Refusal {
  readonly message: string
  readonly code: string | null
  /** A name that would have been accepted. */
  readonly suggestion: string | null
  /** What is wrong with the input, field by field; none where that is not why. */
  readonly issues: readonly InputIssue[]
}

const isOffline = () => typeof navigator !== 'undefined' && navigator.onLine === false

/** What to tell the person about something that did not work. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof TRPCClientError) {
    const known = error as TRPCClientError<AppRouter>
    const arc = known.data?.arc ?? null
    const suggestion = arc?.details['suggestion']
    if (known.data === undefined || known.data === null) {
      return {
        message: isOffline()
          ? t`You are offline, so this was not sent. Try again when you are connected.`
          : t`The server cannot be reached. Check that it runs, then try again.`,
        code: null,
        suggestion: null,
        issues: [],
      }
    }
    return {
      message: known.message,
      code: arc?.code ?? null,
      suggestion: typeof suggestion === 'string' ? suggestion : null,
      issues: known.data.issues ?? [],
    }
  }
  return { message: t`Something went wrong. Try again.`, code: null, suggestion: null, issues: [] }
}

/** What the server says of one field of a form, `hosts` or `limits.0.host`; null where it says nothing of it. */
export function problemOf(error: unknown, field: string): string | null {
  const { issues } = refusalOf(error)
  const about = issues.filter((issue) => issue.field === field || issue.field.startsWith(`${field}.`))
  return about.length === 0 ? null : sentences(about)
}

/** What is left to say where problems with these fields are told beside them; null for nothing. */
export function problemBeside(error: unknown, fields: readonly string[]): string | null {
  if (error === null || error === undefined) return null
  const { issues, message } = refusalOf(error)
  if (issues.length === 0) return message
  const others = issues.filter(({ field }) => !fields.some((shown) => field === shown || field.startsWith(`${shown}.`)))
  return others.length === 0 ? null : sentences(others)
}

const sentences = (issues: readonly InputIssue[]): string =>
  [...new Set(issues.map(({ message }) => message))].join(' ')
