import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ensureEngine } from '@arcx/launch/docker-engine'
import type { Child } from '@arcx/launch/children'
import { createRunning, ownContainers, runInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { testRun } from '@arcx/testing/run'

/** An engine that serves others too is not ours to kill. */
const ownEngine = testRun().ARCX_TEST_ENGINE_PID
let arc: TestOrchestrator
let engine: Child | null = null

beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(async () => {
  await arc?.destroy()
  await engine?.stop('SIGTERM', 10_000)
})

test.skipIf(ownEngine === undefined)(
  'when the engine is killed, rows and containers agree again once it is back, and nothing is lost',
  async () => {
    const person = await arc.person()
    const [lives, rests] = await Promise.all([createRunning(person, 'lives'), createRunning(person, 'rests')])
    await runInside(arc.engine, lives.id, ['sh', '-c', 'echo kept > /home/arc/note'])
    process.kill(Number(ownEngine), 'SIGKILL')
    await vi.waitFor(
      async () => expect(JSON.parse((await arc.send('/readyz')).body).dependencies.engine).toBe('unavailable'),
      { timeout: 15_000 },
    )

    // What is asked for meanwhile is done later.
    await person.api.workspaces.stop.mutate({ workspaceId: rests.id })
    const { id: asked } = await person.api.workspaces.create.mutate({ name: 'asked' })
    expect((await arc.send('/healthz')).status).toBe(200)

    ;({ child: engine } = await ensureEngine(undefined, join(tmpdir(), 'arcx-test', 'logs'), {
      say: () => undefined,
      update: () => undefined,
    }))
    await untilState(person, asked, 'running')
    await untilState(person, lives.id, 'running')
    await untilState(person, rests.id, 'stopped')
    await vi.waitFor(
      async () => {
        const containers = await ownContainers(arc.engine, arc.deployment)
        expect(containers.map((info) => info.Labels['arcx.workspace']).toSorted()).toEqual([asked, lives.id].toSorted())
        expect(containers.every((info) => info.State === 'running')).toBe(true)
      },
      { timeout: 60_000 },
    )
    expect((await runInside(arc.engine, lives.id, ['cat', '/home/arc/note'])).output.trim()).toBe('kept')
    expect(await readFile(join(arc.directory, 'orchestrator.log'), 'utf8')).not.toContain('uncaught')
  },
)

test.skipIf(ownEngine === undefined)('an engine that is restarted in good order fails no workspace', async () => {
  const person = await arc.person()
  const workspace = await createRunning(person, 'orderly')
  await engine?.stop('SIGTERM', 30_000)
  ;({ child: engine } = await ensureEngine(undefined, join(tmpdir(), 'arcx-test', 'logs'), {
    say: () => undefined,
    update: () => undefined,
  }))
  const back = await untilState(person, workspace.id, 'running')
  expect(back.reason).toBeNull()
  await vi.waitFor(async () => expect((await runInside(arc.engine, workspace.id, ['true'])).exitCode).toBe(0), {
    timeout: 20_000,
  })
})
