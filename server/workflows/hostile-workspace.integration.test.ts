import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowRun, WorkflowRunDetails } from '@arcx/router'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { until } from '@arcx/testing/until'

let arc: TestOrchestrator
let person: Person
beforeAll(async () => {
  arc = await startTestOrchestrator()
  person = await arc.person('team')
  await createRunning(person, 'hostile')
}, 120_000)
afterAll(() => arc?.destroy())

async function ended(name: string, script: string, more = ''): Promise<WorkflowRunDetails> {
  const { workflow, problems } = await person.api.workflows.save.mutate({
    source: `name: ${name}
on: { workflow_dispatch: {} }
jobs:
  one:
    workspace: hostile
    steps:
      - id: one
        run: |
          step=$(dirname "$ARCX_OUTPUT")
${script.replaceAll(/^/gm, '          ')}
${more}`,
  })
  if (workflow === null) throw new Error(JSON.stringify(problems))
  const { id }: WorkflowRun = await person.api.workflows.run.mutate({ workflowId: workflow.id })
  return until(async () => {
    const details = await person.api.workflows.runOf.query({ runId: id })
    if (details.endedAt === null) throw new Error(`It has not ended: ${JSON.stringify(details)}`)
    return details
  }, 90_000)
}

test('a command whose exit code cannot be read to its end is ended by its time limit', async () => {
  const run = await ended('Pipe', 'mkfifo "$step/code"\nsleep 600', '        timeout-minutes: 0.1')
  expect(run.jobs[0]?.steps[0]).toMatchObject({ state: 'failed', reason: 'It took longer than 0.1 minutes.' })
}, 120_000)

test('an exit code and a log without an end are left once enough of them came', async () => {
  const zeros = await ended('Zeros', 'ln -s /dev/zero "$step/code"\nsleep 600')
  expect(zeros.jobs[0]?.steps[0]?.state).toBe('failed')
  const log = await ended('Log', 'rm "$step/log"\nln -s /dev/zero "$step/log"')
  expect(log.endedAt).not.toBeNull()
}, 200_000)

test('outputs and reasons with characters that no text of the database has end their step as others do', async () => {
  const run = await ended(
    'Nul',
    `printf 'a=x\\0y\\nlone=%b\\n' '\\355\\240\\275' >> "$ARCX_OUTPUT"`,
    `      - run: test "$A" = "$(printf 'x\\357\\277\\275y')"
        env: { A: "\${{ steps.one.outputs.a }}" }
`,
  )
  expect(run.jobs[0]?.steps.map(({ state, reason }) => reason ?? state)).toEqual(['succeeded', 'succeeded'])
}, 120_000)
