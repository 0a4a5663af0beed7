import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TeamId } from '@arcx/router'
import type { ServiceActor } from '@arcx/router'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { AuditStore } from '../audit/store.ts'
import { AuditTrail } from '../audit/trail.ts'
import { queriesOf } from './transaction.ts'
import { openUnitOfWork } from './unit-of-work.ts'
import type { Unit, UnitOfWork } from './unit-of-work.ts'

let database: TestDatabase
let unitOfWork: UnitOfWork
let woken = 0
beforeAll(async () => {
  database = await createDatabase()
  unitOfWork = openUnitOfWork(database.prisma, () => (woken += 1))
})
afterAll(() => database?.drop())

const actor: ServiceActor = { kind: 'service', service: 'test' }

async function addTeam(unit: Unit, name: string): Promise<void> {
  const teamId = TeamId.parse(randomUUID())
  await queriesOf(unit).team.create({ data: { id: teamId, name } })
  unit.record({ action: 'team.create', target: { kind: 'team', id: teamId, name } })
  unit.emit({ type: 'teams.changed', teamId, userIds: [] })
}

const names = async () => (await database.prisma.team.findMany({ select: { name: true } })).map(({ name }) => name)
const recorded = async () =>
  (await database.prisma.auditEntry.findMany({ orderBy: { id: 'asc' } })).map(
    ({ action, outcome, targetName }) => `${action} ${targetName} ${outcome}`,
  )

test('the change, its record and its event are there together, and only then what follows runs', async () => {
  const seen: string[] = []
  const result = await unitOfWork(actor, async (unit) => {
    unit.afterCommit(() => seen.push('after'))
    await addTeam(unit, 'first')
    unit.record({ action: 'team.invite', target: { kind: 'team', name: 'fi\0rst' }, outcome: 'refused:forbidden' })
    seen.push(`woken ${woken}`)
    return 'done'
  })
  expect(result).toBe('done')
  expect(seen).toEqual(['woken 0', 'after'])
  expect(woken).toBe(1)
  expect(await names()).toEqual(['first'])
  expect(await recorded()).toEqual(['team.create first ok', 'team.invite fi\uFFFDrst refused:forbidden'])
  expect(await database.prisma.outboxEvent.findMany()).toMatchObject([
    { subject: 'arcx.teams.changed', payload: { type: 'teams.changed' } },
  ])
})

test('where it throws nothing of it is left, and nothing follows', async () => {
  const before = { recorded: await recorded(), events: await database.prisma.outboxEvent.count(), woken }
  const followed: string[] = []
  await expect(
    unitOfWork(actor, async (unit) => {
      unit.afterCommit(() => followed.push('after'))
      await addTeam(unit, 'second')
      throw new Error('not this one')
    }),
  ).rejects.toThrow('not this one')
  expect(await names()).toEqual(['first'])
  expect({ recorded: await recorded(), events: await database.prisma.outboxEvent.count(), woken }).toEqual(before)
  expect(followed).toEqual([])
})

test('of many at once over five connections each is done, and the log is one chain', async () => {
  await Promise.all(Array.from({ length: 60 }, (_, index) => unitOfWork(actor, (unit) => addTeam(unit, `t${index}`))))
  expect(await names()).toHaveLength(61)
  expect(await new AuditTrail(new AuditStore(database.prisma)).verify()).toMatchObject({ kind: 'whole', entries: 62 })
})
