import type { ErrorKind } from '@arcx/router'

/** HTTP's word for each kind of refusal (RFC 9110, section 15). */
export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  Invalid: 400,
  Unauthenticated: 401,
  Forbidden: 403,
  NotFound: 404,
  Conflict: 409,
  LimitReached: 429,
  Unavailable: 503,
}
