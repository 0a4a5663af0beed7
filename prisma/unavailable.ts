import pg from 'pg'
import { ArcError, errors } from '@arcx/router'

/** Raised by this process: the database did not answer in time. */
export class DatabaseTimeout extends Error {
  override readonly name = 'DatabaseTimeout'
}

/** What PostgreSQL says of itself, and not of the statement (its documentation, appendix A). */
const away = new Set(['57P01', '57P02', '57P03', '57P05', '25P03'])
const busy = new Set(['57014', '55P03', '40001', '40P01', '53300'])
/** A text holds U+0000, which PostgreSQL takes in none. */
const characterNotInRepertoire = '22021'
const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])
/** The client library gives these no code. */
const connectionWords =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed)/

export type Unavailability = 'away' | 'busy' | 'full'

/** Why the database itself cannot answer; `null` where the statement is at fault. */
export function unavailabilityOf(error: unknown): Unavailability | null {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? ''
    if (busy.has(code)) return 'busy'
    if (code === '53100') return 'full'
    // It has no memory left, for one.
    if (code.startsWith('53')) return 'busy'
    return away.has(code) || code.startsWith('08') ? 'away' : null
  }
  if (error instanceof DatabaseTimeout) return 'away'
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string' && socketErrors.has(error.code)) return 'away'
  return connectionWords.test(error.message) ? 'away' : null
}

/** Maps a database that is unavailable, or text that it cannot store, to the error for clients; any other error stays as it is. */
export function asClientError(error: unknown): unknown {
  if (error instanceof ArcError) return error
  if (error instanceof pg.DatabaseError && error.code === characterNotInRepertoire) return errors.textUnstorable(error)
  const unavailability = unavailabilityOf(error)
  if (unavailability === null) return error
  return unavailability === 'full' ? errors.diskFull(error) : errors.databaseUnavailable(unavailability, error)
}
