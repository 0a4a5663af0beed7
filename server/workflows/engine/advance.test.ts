import { expect, test } from 'vitest'
import { readWorkflow } from '../definition/workflow.ts'
import { advance, endStep, jobsOf, newStep, stopRun } from './advance.ts'
import type { StepResult } from './advance.ts'
import { resumed } from './run.ts'
import { hasEnded, move, stepTransitions } from './states.ts'
import type { JobRun, Run } from './states.ts'

const now = new Date('2026-01-01')
const done: StepResult = { kind: 'succeeded', outputs: {}, exitCode: 0 }
const failed: StepResult = { kind: 'failed', reason: 'no', exitCode: 1 }

function started(jobs: string) {
  const { workflow, problems } = readWorkflow(`name: A\non: {workflow_dispatch: {}}\njobs:\n${jobs}`)
  if (workflow === null) throw new Error(JSON.stringify(problems))
  let ids = 0
  const run: Run = {
    id: 'r',
    number: 1,
    trigger: 'person',
    event: {},
    inputs: {},
    state: 'running',
    stopping: false,
    reason: null,
    startedAt: now,
    endedAt: null,
    jobs: jobsOf(workflow, () => `id${(ids += 1)}`),
  }
  advance(workflow, run, now)
  const queued = () =>
    run.jobs.flatMap((job) => job.steps.filter(({ state }) => state === 'queued').map((step) => ({ job, step })))
  return {
    run,
    queued: () => queued().map(({ job, step }) => `${job.name}${job.index}.${step.index}`),
    /** Does what is queued in that place. */
    end(name: string, result: StepResult): boolean {
      const found = queued().find(({ job, step }) => `${job.name}${job.index}.${step.index}` === name)
      const written = workflow.jobs[found?.job.name ?? '']?.steps[found?.step.index ?? 0]
      if (found === undefined || written === undefined) throw new Error(`${name} is not queued.`)
      move(found.step, stepTransitions, 'running', now)
      const again = endStep(written, found.step, found.step.stopping === null ? result : { kind: 'cancelled' }, now)
      advance(workflow, run, now)
      return again
    },
    stop() {
      stopRun(run, 'cancelled', now)
      advance(workflow, run, now)
    },
    states: () => Object.fromEntries(run.jobs.map((job) => [`${job.name}${job.index}`, job.state])),
  }
}

test('jobs run side by side, and one that needs others after them', () => {
  const { queued, end, run, states } = started(`
  a: {workspace: w, steps: [{run: x}, {run: y}]}
  b: {workspace: w, steps: [{run: x}]}
  c: {needs: [a, b], workspace: w, steps: [{run: x}]}`)
  expect(queued()).toEqual(['a0.0', 'b0.0'])
  end('a0.0', done)
  expect(queued()).toEqual(['a0.1', 'b0.0'])
  end('b0.0', done)
  end('a0.1', done)
  expect(queued()).toEqual(['c0.0'])
  end('c0.0', done)
  expect(run.state).toBe('succeeded')
  expect(states()).toEqual({ a0: 'succeeded', b0: 'succeeded', c0: 'succeeded' })
})

test('after a failure what is left is skipped, but for what says that it runs', () => {
  const { queued, end, run, states } = started(`
  a: {workspace: w, steps: [{run: x}, {run: y}, {run: z, if: failure()}]}
  b: {needs: a, workspace: w, steps: [{run: x}]}
  c: {needs: b, if: always(), workspace: w, steps: [{run: x}]}`)
  end('a0.0', failed)
  expect(queued()).toEqual(['a0.2'])
  end('a0.2', done)
  expect(queued()).toEqual(['c0.0'])
  end('c0.0', done)
  expect(states()).toEqual({ a0: 'failed', b0: 'skipped', c0: 'succeeded' })
  expect(run.state).toBe('failed')
})

test('a failure that is allowed is none for what follows', () => {
  const { end, run, queued } = started(`
  a: {workspace: w, steps: [{id: s, run: x, continue-on-error: true}, {run: y, if: steps.s.result == 'failed'}]}`)
  end('a0.0', failed)
  expect(queued()).toEqual(['a0.1'])
  end('a0.1', done)
  expect(run.state).toBe('succeeded')
})

test('a step is tried again as often as it says', () => {
  const { end, run } = started(`
  a: {workspace: w, steps: [{run: x, retry: 2}]}`)
  expect(end('a0.0', failed)).toBe(true)
  expect(end('a0.0', failed)).toBe(true)
  expect(end('a0.0', failed)).toBe(false)
  expect(run).toMatchObject({ state: 'failed', jobs: [{ steps: [{ attempt: 3, state: 'failed' }] }] })
})

test('a matrix runs each combination, and the first failure ends the others', () => {
  const { queued, end, run, states } = started(`
  a: {strategy: {matrix: {v: [1, 2], w: [x, y]}}, workspace: w, steps: [{run: x}]}`)
  expect(queued()).toEqual(['a0.0', 'a1.0', 'a2.0', 'a3.0'])
  expect(run.jobs.map(({ matrix }) => matrix)).toContainEqual({ v: 2, w: 'x' })
  end('a0.0', done)
  end('a1.0', failed)
  expect(states()).toEqual({ a0: 'succeeded', a1: 'failed', a2: 'cancelled', a3: 'cancelled' })
  expect(run.state).toBe('failed')
})

test('cancelled, clean-up still runs, and nothing else', () => {
  const { queued, end, stop, run, states } = started(`
  a: {workspace: w, steps: [{run: x}, {run: y}, {run: z, if: always()}]}
  b: {needs: a, workspace: w, steps: [{run: x}]}`)
  stop()
  expect(queued()).toEqual(['a0.2'])
  end('a0.2', done)
  expect(states()).toEqual({ a0: 'cancelled', b0: 'cancelled' })
  expect(run.state).toBe('cancelled')
})

test('outputs flow from step to job to job', () => {
  const { end, run } = started(`
  a: {workspace: w, outputs: {v: "\${{ steps.s.outputs.v }}!"}, steps: [{id: s, run: x}]}
  b: {needs: a, if: needs.a.outputs.v == '1!', workspace: w, steps: [{run: x}]}`)
  end('a0.0', { kind: 'succeeded', outputs: { v: '1' }, exitCode: 0 })
  expect(run.jobs[1]?.state).toBe('running')
  end('b0.0', done)
  expect(run.state).toBe('succeeded')
})

test('a condition that cannot be answered fails its step, and says why', () => {
  const { run } = started(`
  a: {workspace: w, steps: [{run: x, if: "fromJSON('{')"}]}`)
  expect(run.jobs[0]?.steps[0]).toMatchObject({ state: 'failed', reason: expect.stringContaining('no JSON') })
  expect(run.state).toBe('failed')
})

test('a re-run keeps what succeeded or was left out before the failure, and begins there', () => {
  const { end, run, queued } = started(`
  a: {workspace: w, steps: [{run: x}, {run: y, if: "1 == 2"}, {id: s, run: z}, {run: f}, {run: g, if: failure()}]}`)
  end('a0.0', done)
  end('a0.2', { kind: 'succeeded', outputs: { v: '1' }, exitCode: 0 })
  end('a0.3', failed)
  expect(queued()).toEqual(['a0.4'])
  end('a0.4', done)
  const [former] = run.jobs
  if (former === undefined) throw new Error('There is no job.')
  const fresh: JobRun = {
    ...former,
    state: 'pending',
    endedAt: null,
    steps: former.steps.map(({ id, index }) => newStep(`${id}'`, index)),
  }
  const again = resumed(fresh, former)
  expect(again.steps.map(({ id, state, outputs }) => [id.at(-1), state, outputs])).toEqual([
    ["'", 'succeeded', {}],
    ["'", 'skipped', {}],
    ["'", 'succeeded', { v: '1' }],
    ["'", 'pending', {}],
    ["'", 'pending', {}],
  ])
  expect(again.state).toBe('running')
})

test('nothing that has ended moves any more', () => {
  const { end, run, stop } = started(`
  a: {workspace: w, steps: [{run: x}]}`)
  end('a0.0', done)
  stop()
  expect(run.state).toBe('succeeded')
  expect(run.jobs.every(hasEnded)).toBe(true)
  for (const step of run.jobs.flatMap(({ steps }) => steps))
    expect(() => move(step, stepTransitions, 'running', now)).toThrow('does not become')
})

test('expressions that would take minutes fail their jobs, and hold nothing else up', () => {
  const one = "${{ contains(toJSON(event), 'zz') }}"
  const variables = Array.from({ length: 14 }, (_, index) => `      E${index}: "${one.repeat(110)}"`).join('\n')
  const { workflow } = readWorkflow(`name: A
on: {hook: {}}
jobs:
  a:
    if: env.E0 == 'a' || true
    strategy: {matrix: {x: [${Array.from({ length: 64 }, (_, x) => x).join()}]}}
    env:
${variables}
    workspace: w
    steps: [{run: x, if: "env.E1 == 'a'"}]
`)
  if (workflow === null) throw new Error('It is not read.')
  const event = { body: 'a'.repeat(60_000) }
  const jobs = jobsOf(workflow, () => 'id')
  const rest = { inputs: {}, stopping: false, reason: null, startedAt: now, endedAt: null, jobs }
  const run: Run = { id: 'r', number: 1, trigger: 'hook', event, state: 'running', ...rest }
  advance(workflow, run, now)
  expect(run.state).toBe('failed')
  expect(run.jobs.some(({ reason }) => reason?.includes('take too long'))).toBe(true)
})

test('a re-run that has not begun is cancelled, with what it holds of the run before', () => {
  const { run, end } = started(`
  a: {workspace: w, steps: [{run: x}]}
  b: {needs: a, workspace: w, steps: [{run: x}, {run: y}]}`)
  end('a0.0', done)
  end('b0.0', done)
  end('b0.1', failed)
  const { run: fresh } = started(`
  a: {workspace: w, steps: [{run: x}]}
  b: {needs: a, workspace: w, steps: [{run: x}, {run: y}]}`)
  const jobs = fresh.jobs.map((job, at) => {
    const pending = {
      ...job,
      state: 'pending',
      steps: job.steps.map((step) => ({ ...step, state: 'pending' })),
    } as JobRun
    return resumed(pending, run.jobs[at] ?? pending)
  })
  const again: Run = { ...fresh, state: 'queued', jobs }
  expect(again.jobs.map(({ state }) => state)).toEqual(['succeeded', 'running'])
  stopRun(again, 'cancelled', now)
  expect(again.state).toBe('cancelled')
  expect(again.jobs.map(({ state }) => state)).toEqual(['succeeded', 'cancelled'])
})
