import { t } from '@lingui/core/macro'
import { TRPCClientError } from '@trpc/client'
import type { AppRouter } from '@arcx/router'

export interface Refusal {
  readonly message: string
  readonly code: string | null
  /** A name that would have been accepted. */
  readonly suggestion: string | null
}

/** What to tell the person about something that did not work. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof TRPCClientError) {
    const known = error as TRPCClientError<AppRouter>
    const arc = known.data?.arc ?? null
    const suggestion = arc?.details['suggestion']
    if (known.data === undefined || known.data === null) {
      return { message: t`The server cannot be reached. Check that it runs, then try again.`, code: null, suggestion: null }
    }
    return { message: known.message, code: arc?.code ?? null, suggestion: typeof suggestion === 'string' ? suggestion : null }
  }
  return { message: t`Something went wrong. Try again.`, code: null, suggestion: null }
}

/** The schema's own sentences, where it was the schema that refused. */
export function sentencesOf(message: string): string {
  try {
    return [...new Set((JSON.parse(message) as { message: string }[]).map((issue) => issue.message))].join(' ')
  } catch {
    return message
  }
}
