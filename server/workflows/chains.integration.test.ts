import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowId, WorkflowRunId } from '@arcx/router'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { until } from '@arcx/testing/until'

let arc: TestOrchestrator
let person: Person
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

async function save(source: string): Promise<WorkflowId> {
  const { workflow, problems } = await person.api.workflows.save.mutate({ source })
  if (workflow === null) throw new Error(JSON.stringify(problems))
  return workflow.id
}
const run = async (workflowId: WorkflowId) => (await person.api.workflows.run.mutate({ workflowId })).id
const untilState = (runId: WorkflowRunId, state: string) =>
  until(async () => expect((await person.api.workflows.runOf.query({ runId })).state).toBe(state), 60_000)

/** More runs of a workflow, as they wait. */
async function stored(workflowId: WorkflowId, state: 'queued' | 'unapproved', count: number, group: string | null) {
  const first = { workflowId, version: 1, state, trigger: 'github', event: {}, inputs: {}, group }
  await arc.prisma.workflowRun.createMany({
    data: Array.from({ length: count }, (_, index) => ({ id: randomUUID(), number: 1000 + index, ...first })),
  })
}

const asking = (name: string, more = '') => `name: ${name}
on: { workflow_dispatch: {} }
${more}
jobs: { one: { steps: [{ uses: approval, with: { message: Go on? } }] } }
`

test('where a workflow is removed, what waited for its runs has its turn', async () => {
  person = await arc.person('team')
  const removed = await save(asking('Removed', 'concurrency: { group: one }'))
  const other = await save(asking('Other', 'concurrency: { group: one }'))
  await run(removed)
  const waiting = await run(other)
  await untilState(waiting, 'queued')
  await person.api.workflows.remove.mutate({ workflowId: removed })
  await untilState(waiting, 'running')
}, 60_000)

test('however many runs wait for their group, others have their turn', async () => {
  person = await arc.person('team')
  const grouped = await save(asking('Grouped', 'concurrency: { group: one }'))
  await run(grouped)
  await stored(grouped, 'queued', 205, 'one')
  await untilState(await run(await save(asking('Alone'))), 'running')
  await untilState(await run(await save(asking('Of another group', 'concurrency: { group: two }'))), 'running')
}, 120_000)

test('workflows that start each other are started so often and no more', async () => {
  person = await arc.person('team')
  const names = Array.from({ length: 4 }, (_, index) => `Echo ${index}`)
  const ids: WorkflowId[] = []
  for (const name of names)
    ids.push(
      await save(`name: ${name}
on: { workflow_dispatch: {}, workflow_run: { workflows: ${JSON.stringify(names)} } }
jobs: { one: { if: "false", steps: [{ uses: wait, with: { seconds: 1 } }] } }
`),
    )
  const [first] = ids
  if (first === undefined) throw new Error('There is none.')
  expect((await person.api.workflows.run.mutate({ workflowId: first })).endedAt).not.toBeNull()
  await until(async () => {
    const [left] = await arc.prisma.$queryRaw<{ readonly count: number }[]>`
      SELECT count(*)::int AS "count" FROM "jobs"."job"
      WHERE "name" = 'workflows.following' AND "state" IN ('created', 'active', 'retry')`
    expect(left?.count).toBe(0)
  }, 150_000)
  const counts = await Promise.all(ids.map((workflowId) => arc.prisma.workflowRun.count({ where: { workflowId } })))
  expect(counts).toEqual([31, ...Array(3).fill(30)])
}, 180_000)

test('however many runs strangers have started that nobody approved, people’s own begin', async () => {
  person = await arc.person('team')
  const workflowId = await save(asking('Flooded'))
  await stored(workflowId, 'unapproved', 1000, null)
  await untilState(await run(workflowId), 'running')
}, 60_000)
