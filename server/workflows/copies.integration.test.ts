import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRunning, runInside, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { until } from '@arcx/testing/until'

let arc: TestOrchestrator
let person: Person
beforeAll(async () => {
  arc = await startTestOrchestrator()
  person = await arc.person('team')
  await createRunning(person, 'copies')
}, 120_000)
afterAll(() => arc?.destroy())

const kills = 10
const steps = 6
const source = `name: Killed
on: { workflow_dispatch: {} }
jobs:
  many:
    workspace: copies
    strategy: { matrix: { side: [a, b] } }
    outputs: { last: "\${{ steps.s${steps - 1}.outputs.count }}" }
    steps:
${Array.from(
  { length: steps },
  (_, index) => `      - id: s${index}
        run: |
          echo "$SIDE ${index}" >> ~/effects
          for i in $(seq 1 20); do echo "$SIDE ${index} $i"; sleep 0.1; done
          echo "count=${index}" >> "$ARCX_OUTPUT"
        env: { SIDE: "\${{ matrix.side }}" }`,
).join('\n')}
      - uses: wait
        with: { seconds: 1 }
  after:
    needs: many
    workspace: copies
    steps:
      - run: echo "last $LAST" >> ~/effects
        env: { LAST: "\${{ needs.many.outputs.last }}" }
`

test('one of two orchestrators, killed at random moments of runs, leaves no trace in what comes of them', async () => {
  const copy = await arc.copy()
  const { workflow } = await person.api.workflows.save.mutate({ source })
  if (workflow === null) throw new Error('It was not saved.')
  const run = await person.api.workflows.run.mutate({ workflowId: workflow.id })
  for (let kill = 0; kill < kills; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3000))
    await arc.kill()
    await arc.start()
  }
  const ended = await until(async () => {
    const details = await person.api.workflows.runOf.query({ runId: run.id })
    if (details.endedAt === null) throw new Error(`It has not ended: ${JSON.stringify(details.jobs)}`)
    return details
  }, 240_000)
  expect(ended.jobs.flatMap((job) => [job.state, ...job.steps.map(({ state, reason }) => reason ?? state)])).toEqual(
    Array.from({ length: 3 + 2 * (steps + 1) + 1 }, () => 'succeeded'),
  )
  // Each effect once, in order.
  const { id: workspaceId } = await person.api.workspaces.list.query().then(([first]) => first ?? { id: '' as never })
  const { output } = await runInside(arc.engine, workspaceId, ['/bin/sh', '-c', 'cat ~/effects'])
  const effects = output.trim().split(/\r?\n/)
  const expected = (side: string) => Array.from({ length: steps }, (_, index) => `${side} ${index}`)
  expect(effects.filter((line) => line.startsWith('a'))).toEqual(expected('a'))
  expect(effects.filter((line) => line.startsWith('b'))).toEqual(expected('b'))
  expect(effects.at(-1)).toBe(`last ${steps - 1}`)
  expect(effects).toHaveLength(2 * steps + 1)
  // Each line of each log once, in order.
  for (const job of ended.jobs)
    for (const [index, { id }] of job.steps.slice(0, steps).entries()) {
      const parts = await arc.prisma.workflowLog.findMany({ where: { stepId: id }, orderBy: { position: 'asc' } })
      const lines = parts
        .map(({ bytes }) => Buffer.from(bytes).toString())
        .join('')
        .trim()
        .split('\n')
      if (job.name !== 'many') continue
      const side = job.title.includes('(a)') ? 'a' : 'b'
      expect(lines).toEqual(Array.from({ length: 20 }, (_, line) => `${side} ${index} ${line + 1}`))
    }
  await copy.stop()
}, 480_000)
