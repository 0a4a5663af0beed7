import pg from 'pg'
import { expect, test } from 'vitest'
import { ArcError } from '@arcx/router'
import { timeLimits } from './limits.ts'
import { DatabaseTimeout, asClientError } from './unavailable.ts'

const said = (code: string) => Object.assign(new pg.DatabaseError('said so', 7, 'error'), { code })
const socket = (code: string) => Object.assign(new Error(code), { code })

test.for([
  ['is shut down', said('57P01'), 'away'],
  ['crashed', said('57P02'), 'away'],
  ['starts', said('57P03'), 'away'],
  ['ended a transaction that nobody went on with', said('25P03'), 'away'],
  ['lost the connection', said('08006'), 'away'],
  ['has no memory', said('53200'), 'busy'],
  ['has no connection left', said('53300'), 'busy'],
  ['gave up a statement', said('57014'), 'busy'],
  ['gave up waiting for a lock', said('55P03'), 'busy'],
  ['undid what locked one another', said('40P01'), 'busy'],
  ['listens nowhere', socket('ECONNREFUSED'), 'away'],
  ['hung up', socket('ECONNRESET'), 'away'],
  ['hung up without a code', new Error('Connection terminated unexpectedly'), 'away'],
  ['takes no connection in time', new Error('timeout exceeded when trying to connect'), 'away'],
  ['answers nothing', new DatabaseTimeout('late'), 'away'],
] as const)('a database that %s is unavailable, and says so', ([, error, unavailability]) => {
  const told = asClientError(error)
  expect(told).toBeInstanceOf(ArcError)
  expect(told).toMatchObject({
    kind: 'Unavailable',
    code: 'database_unavailable',
    details: { what: 'database', trouble: unavailability },
    cause: error,
  })
  expect(asClientError(told)).toBe(told)
})

test('a database with no room on its disk says what everything else says of a full disk', () => {
  const error = said('53100')
  expect(asClientError(error)).toMatchObject({ kind: 'Unavailable', code: 'disk_full', cause: error })
})

test('a text that cannot be stored is whoever sent it to mend', () => {
  const error = said('22021')
  expect(asClientError(error)).toMatchObject({ kind: 'Invalid', code: 'text_unstorable', cause: error })
})

test.for([
  ['a row is there already', said('23505')],
  ['the statement makes no sense', said('42601')],
  ['the password is wrong', said('28P01')],
  ['the code has a fault', new TypeError('x is undefined')],
] as const)('where %s, the database is not to blame', ([, error]) => {
  expect(asClientError(error)).toBe(error)
})

test('whoever waits longest for an answer outlasts the server’s own limits', () => {
  for (const { statementMs, lockMs, answerMs } of Object.values(timeLimits)) {
    expect(lockMs).toBeLessThanOrEqual(statementMs)
    if (answerMs !== 0) expect(answerMs).toBeGreaterThan(statementMs)
    else expect(statementMs).toBe(0)
  }
})
