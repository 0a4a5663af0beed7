import pg from 'pg'
import { ArcError, errors } from '@arcx/router'

/** It came from this process: no answer within its time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
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

export type Trouble = 'away' | 'busy' | 'full'

/** What is the matter with the database itself; `null` where the fault is the statement's. */
export function troubleOf(error: unknown): Trouble | null {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? ''
    if (busy.has(code)) return 'busy'
    if (code === '53100') return 'full'
    // It has no memory left, for one.
    if (code.startsWith('53')) return 'busy'
    return away.has(code) || code.startsWith('08') ? 'away' : null
  }
  if (error instanceof NoAnswer) return 'away'
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string' && socketErrors.has(error.code)) return 'away'
  return connectionWords.test(error.message) ? 'away' : null
}

/** The one place where the database's troubles, and what it cannot store, become what clients are told; any other error as it is. */
export function asTold(error: unknown): unknown {
  if (error instanceof ArcError) return error
  if (error instanceof pg.DatabaseError && error.code === characterNotInRepertoire) return errors.textUnstorable(error)
  const trouble = troubleOf(error)
  if (trouble === null) return error
  return trouble === 'full' ? errors.diskFull(error) : errors.databaseUnavailable(trouble, error)
}
