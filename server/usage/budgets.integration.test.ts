import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Budgets } from './budgets.ts'
import { UsageStore } from './store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database?.drop())

test('one whose workspaces cannot be stopped keeps no others running beyond their budgets', async () => {
  const { prisma } = database
  const people = [randomUUID(), randomUUID(), randomUUID()]
  for (const personId of people) {
    await prisma.user.create({ data: { id: personId, login: personId, name: 'Somebody' } })
    await prisma.usageBudget.create({ data: { ownerKind: 'person', ownerId: personId, hours: 1, hardStop: true } })
    const used = { workspaceName: 'a', awakeSeconds: 7200, asleepSeconds: 0, cpuSeconds: 0, memoryByteSeconds: 0 }
    const day = new Date(`${new Date().toISOString().slice(0, 10)}T00:00:00Z`)
    await prisma.usageDay.create({ data: { day, workspaceId: randomUUID(), personId, ...used, storageByteSeconds: 0 } })
  }
  const budgets = new Budgets({
    store: new UsageStore(prisma),
    unitOfWork: openUnitOfWork(prisma, () => undefined),
    notice: async () => undefined,
  })
  const asked: unknown[] = []
  const checked = budgets.check(async (owner) => {
    asked.push(owner)
    throw new Error('The engine is away.')
  })
  await expect(checked).rejects.toThrow('3 budgets could not be checked.')
  expect(asked).toHaveLength(3)
})
