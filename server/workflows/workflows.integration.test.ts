import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowLogChunk, WorkflowRun, WorkflowRunDetails } from '@arcx/router'
import { createRunning, runInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { until } from '@arcx/testing/until'

let arc: TestOrchestrator
let person: Person
beforeAll(async () => {
  arc = await startTestOrchestrator()
  person = await arc.person('team')
  await createRunning(person, 'flows')
}, 120_000)
afterAll(() => arc?.destroy())

const waits = 90_000

async function save(source: string, who = person) {
  const { workflow, problems } = await who.api.workflows.save.mutate({ source })
  if (workflow === null) throw new Error(JSON.stringify(problems))
  return workflow
}

async function start(source: string, inputs: Record<string, unknown> = {}): Promise<WorkflowRun> {
  const { id } = await save(source)
  return person.api.workflows.run.mutate({ workflowId: id, inputs })
}

const runOf = ({ id }: Pick<WorkflowRun, 'id'>) => person.api.workflows.runOf.query({ runId: id })

const untilRun = (run: WorkflowRun, is: (details: WorkflowRunDetails) => boolean) =>
  until(async () => {
    const details = await runOf(run)
    if (!is(details)) throw new Error(`It is not so: ${JSON.stringify(details)}`)
    return details
  }, waits)

const untilEnded = (run: WorkflowRun) => untilRun(run, ({ endedAt }) => endedAt !== null)

async function logOf(run: WorkflowRun): Promise<string> {
  const rows = await arc.prisma.workflowLog.findMany({
    where: { step: { job: { runId: run.id } } },
    orderBy: { sequence: 'asc' },
  })
  return rows.map(({ bytes }) => Buffer.from(bytes).toString()).join('')
}

test('a workflow runs commands in a workspace: inputs come as variables, outputs flow on, the log is kept', async () => {
  const run = await start(
    `name: Commands
on:
  workflow_dispatch:
    inputs:
      title: { type: string, required: true }
jobs:
  one:
    workspace: flows
    outputs:
      told: \${{ steps.first.outputs.told }}
    steps:
      - id: first
        run: |
          echo "title: $TITLE"
          echo "told=[$TITLE]" >> "$ARCX_OUTPUT"
        env:
          TITLE: \${{ inputs.title }}
  two:
    needs: one
    workspace: flows
    steps:
      - run: echo "told $TOLD"; exit 3
        env:
          TOLD: \${{ needs.one.outputs.told }}
      - if: failure()
        run: echo "cleaned up"
`,
    { title: '$(touch /tmp/injected); `id` "quoted\'' },
  )
  const ended = await untilEnded(run)
  expect(ended.jobs.map(({ name, state }) => [name, state])).toEqual([
    ['one', 'succeeded'],
    ['two', 'failed'],
  ])
  expect(ended).toMatchObject({ state: 'failed', trigger: 'person' })
  expect(ended.jobs[1]?.steps[0]).toMatchObject({ state: 'failed', exitCode: 3 })
  expect(await logOf(run)).toBe(
    'title: $(touch /tmp/injected); `id` "quoted\'\ntold [$(touch /tmp/injected); `id` "quoted\']\ncleaned up\n',
  )
}, 120_000)
