import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { LogLine, StatsSample, WorkspaceChange } from '@arcx/router'
import { createRunning, runInside, startInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

test('onChange gives the whole first, then each change, and after a cut goes on with no gap or repeat', async () => {
  const person = await arc.person()
  const live = person.live()
  const changes: WorkspaceChange[] = []
  live.api.workspaces.onChange.subscribe(undefined, { onData: ({ data }) => changes.push(data) })
  await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 20_000 })
  expect(changes[0]).toEqual({ type: 'snapshot', workspaces: [] })

  const { id: workspaceId } = await createRunning(person, 'watched')
  live.cut()
  await person.api.workspaces.stop.mutate({ workspaceId })
  await untilState(person, workspaceId, 'stopped')
  live.cut()
  await person.api.workspaces.remove.mutate({ workspaceId })
  await vi.waitFor(() => expect(changes.at(-1)).toEqual({ type: 'removed', workspaceId }), { timeout: 20_000 })
  await live.close()

  // One snapshot only: the rest came one by one, each revision once.
  expect(changes.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
  const revisions = changes.flatMap((change) => (change.type === 'changed' ? [change.workspace.revision] : []))
  expect(revisions).toEqual(Array.from({ length: revisions.length }, (_, index) => index + 1))
  const states = changes.flatMap((change) => (change.type === 'changed' ? [change.workspace.state] : []))
  expect([...new Set(states)]).toEqual(['creating', 'starting', 'running', 'stopping', 'stopped', 'deleting'])
})

test('onChange survives a restart of the server', async () => {
  const person = await arc.person()
  const live = person.live()
  const changes: WorkspaceChange[] = []
  live.api.workspaces.onChange.subscribe(undefined, { onData: ({ data }) => changes.push(data) })
  await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 20_000 })
  const { id: workspaceId } = await createRunning(person, 'outlives')
  await arc.kill()
  await arc.start()
  await person.api.workspaces.stop.mutate({ workspaceId })
  await vi.waitFor(
    () =>
      expect(changes.some((change) => change.type === 'changed' && change.workspace.state === 'stopped')).toBe(true),
    { timeout: 20_000 },
  )
  await live.close()
  const revisions = changes.flatMap((change) => (change.type === 'changed' ? [change.workspace.revision] : []))
  expect(new Set(revisions).size).toBe(revisions.length)
})

test('nobody is told of another’s workspaces', async () => {
  const [one, other] = await Promise.all([arc.person(), arc.person()])
  const live = other.live()
  const changes: WorkspaceChange[] = []
  live.api.workspaces.onChange.subscribe(undefined, { onData: ({ data }) => changes.push(data) })
  await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 20_000 })
  await createRunning(one, 'private')
  await createRunning(other, 'own')
  await vi.waitFor(
    () =>
      expect(changes.some((change) => change.type === 'changed' && change.workspace.state === 'running')).toBe(true),
    { timeout: 20_000 },
  )
  await live.close()
  expect(JSON.stringify(changes)).not.toContain('private')
})

test('logs go on after a cut with no line lost or repeated, across a restart of the workspace', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await createRunning(person, 'talks')
  const live = person.live()
  const lines: (LogLine & { id: string })[] = []
  live.api.workspaces.logs.subscribe({ workspaceId }, { onData: ({ id, data }) => lines.push({ ...data, id }) })
  await vi.waitFor(() => expect(lines.length).toBeGreaterThan(2), { timeout: 20_000 })
  const say = (text: string) =>
    runInside(
      arc.engine,
      workspaceId,
      ['sh', '-c', `for n in 1 2 3 4 5; do echo "${text} $n" > /proc/1/fd/1; done`],
      '0:0',
    )
  await say('before')
  live.cut()
  await say('during')
  await say('after')
  await vi.waitFor(() => expect(lines.some(({ text }) => text === 'after 5')).toBe(true), { timeout: 10_000 })
  for (const word of ['before', 'during', 'after']) {
    expect(lines.filter(({ text }) => text.startsWith(word)).map(({ text }) => text)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `${word} ${n}`),
    )
  }
  await person.api.workspaces.restart.mutate({ workspaceId })
  const seen = lines.length
  await vi.waitFor(
    () => expect(lines.slice(seen).some(({ text }) => text.includes('HTTP server listening'))).toBe(true),
    { timeout: 20_000 },
  )
  await live.close()
  expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length)
})

test('the last log of a stopped workspace can still be read', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await createRunning(person, 'said-it')
  await person.api.workspaces.stop.mutate({ workspaceId })
  await untilState(person, workspaceId, 'stopped')
  const live = person.live()
  const first = await new Promise<LogLine>((resolve) =>
    live.api.workspaces.logs.subscribe({ workspaceId }, { onData: ({ data }) => resolve(data) }),
  )
  expect(first.text).toContain('ide:')
  await live.close()
})

test('stats tell CPU, memory and ports within their limits, and go on after a cut', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await createRunning(person, 'measured')
  const live = person.live()
  const samples: (StatsSample & { id: string })[] = []
  live.api.workspaces.stats.subscribe({ workspaceId }, { onData: ({ id, data }) => samples.push({ ...data, id }) })
  await vi.waitFor(() => expect(samples.length).toBeGreaterThan(1), { timeout: 15_000 })
  await startInside(arc.engine, workspaceId, ['python3', '-m', 'http.server', '8123'])
  live.cut()
  await vi.waitFor(() => expect(samples.at(-1)?.ports).toContain(8123), { timeout: 20_000 })
  await live.close()
  const sequence = samples.map(({ id }) => Number(id.split('.')[1]))
  expect(sequence).toEqual(Array.from({ length: sequence.length }, (_, index) => (sequence[0] ?? 0) + index))
  for (const sample of samples) {
    expect(sample.memoryBytes).toBeGreaterThan(10 * 2 ** 20)
    expect(sample.memoryBytes).toBeLessThanOrEqual(sample.memoryLimitBytes)
    expect(sample.memoryLimitBytes).toBe(2 ** 30)
    expect(sample.cpuCores).toBeGreaterThanOrEqual(0)
  }
})
