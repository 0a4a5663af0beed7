import type { Actor } from '@arcx/router'
import type { Queries } from '@arcx/prisma'
import type { Unit } from './unit.ts'

export class Transaction implements Unit {
  readonly queries: Queries
  readonly actor: Actor
  readonly record: Unit['record']
  readonly emit: Unit['emit']
  readonly afterCommit: Unit['afterCommit']

  constructor(queries: Queries, actor: Actor, { record, emit, afterCommit }: Omit<Unit, 'actor'>) {
    this.queries = queries
    this.actor = actor
    this.record = record
    this.emit = emit
    this.afterCommit = afterCommit
  }
}

/** What a store asks within a unit of work. */
export function queriesOf(unit: Unit): Queries {
  if (!(unit instanceof Transaction)) throw new TypeError('The unit is not one of a transaction.')
  return unit.queries
}
