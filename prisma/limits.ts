/** How long work on the database may take, by what waits for it. */
export interface TimeLimits {
  /** For a connection, new or from the pool. */
  readonly connectMs: number
  /** For one statement; PostgreSQL ends it. 0: none. */
  readonly statementMs: number
  /** For a lock that somebody else holds. 0: none. */
  readonly lockMs: number
  /** Between two statements of a transaction, which hold its locks. 0: none. */
  readonly idleInTransactionMs: number
  /** For any answer: a server that is paused, or gone without a word, ends nothing itself. Longer than `statementMs`. 0: none. */
  readonly answerMs: number
}

/**
 * `request`: somebody waits, and all that is asked goes by an index. `background`: nobody waits, and a statement may
 * take many rows along. `schema`: migrations, which take as long as they take, and wait for one another.
 */
export const timeLimits = {
  request: { connectMs: 5000, statementMs: 8000, lockMs: 5000, idleInTransactionMs: 60_000, answerMs: 10_000 },
  background: {
    connectMs: 10_000,
    statementMs: 300_000,
    lockMs: 30_000,
    idleInTransactionMs: 60_000,
    answerMs: 310_000,
  },
  schema: { connectMs: 10_000, statementMs: 0, lockMs: 0, idleInTransactionMs: 0, answerMs: 0 },
} as const satisfies Readonly<Record<string, TimeLimits>>

export type Work = keyof typeof timeLimits
