import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

test('a workspace is created, stopped, started, restarted, renamed and removed', async () => {
  const person = await arc.person()
  const workspace = await createRunning(person, 'whole-life')
  expect(workspace.url).toBe(`http://whole-life.localhost:${arc.port}`)
  const workspaceId = workspace.id
  await person.api.workspaces.stop.mutate({ workspaceId })
  await untilState(person, workspaceId, 'stopped')
})
