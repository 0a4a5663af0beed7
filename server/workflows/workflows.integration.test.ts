import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowRun, WorkflowRunDetails } from '@arcx/router'
import { createRunning, runInside, startTestOrchestrator } from '@arcx/testing/orchestrator'
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

test('cancelled, what a command has started is gone, and clean-up still runs', async () => {
  const run = await start(`name: Cancelled
on: { workflow_dispatch: {} }
jobs:
  one:
    workspace: flows
    steps:
      - run: |
          setsid env -i sleep 4211 &
          env -i sleep 4211 &
          nohup bash -c 'trap "" TERM; sleep 4212; sleep 4212' &
          echo begun
          sleep 4213
      - run: echo never
      - if: always()
        run: echo cleaned
`)
  await until(async () => expect(await logOf(run)).toContain('begun'), waits)
  await person.api.workflows.cancel.mutate({ runId: run.id })
  await until(async () => {
    const { output } = await runInside(arc.engine, await workspaceId(), [
      '/bin/sh',
      '-c',
      'cat /proc/[0-9]*/cmdline | tr "\\0" " "',
    ])
    expect(output).not.toMatch(/sleep 421[123]/)
  }, 20_000)
  const ended = await untilEnded(run)
  expect(ended.state).toBe('cancelled')
  expect(ended.jobs[0]?.steps.map(({ state }) => state)).toEqual(['cancelled', 'skipped', 'succeeded'])
  expect(await logOf(run)).toBe('begun\ncleaned\n')
}, 120_000)

test('a step that takes longer than it may is ended, with all that it has started', async () => {
  const run = await start(`name: Late
on: { workflow_dispatch: {} }
jobs:
  one:
    workspace: flows
    steps:
      - run: sleep 4214
        timeout-minutes: 0.1
`)
  const ended = await untilEnded(run)
  expect(ended.jobs[0]?.steps[0]).toMatchObject({ state: 'failed', reason: 'It took longer than 0.1 minutes.' })
  const { output } = await runInside(arc.engine, await workspaceId(), [
    '/bin/sh',
    '-c',
    'cat /proc/[0-9]*/cmdline | tr "\\0" " "',
  ])
  expect(output).not.toContain('sleep 4214')
}, 120_000)

test('a parked approval is told to endpoints, survives kill -9 of the server, and goes on once somebody approves', async () => {
  const endpointId = randomUUID()
  await arc.prisma.eventEndpoint.create({
    data: {
      id: endpointId,
      ownerId: person.userId,
      name: 'Chat',
      url: 'https://example.com/',
      format: 'slack',
      events: ['workflow.approval'],
      sealed: Buffer.from('none'),
    },
  })
  const run = await start(`name: Parked
on: { workflow_dispatch: {} }
jobs:
  ask:
    steps:
      - id: ask
        uses: approval
        with: { message: "Shall it go on with \${{ run.number }}?" }
    outputs:
      by: \${{ steps.ask.outputs.by }}
  go:
    needs: ask
    workspace: flows
    steps:
      - run: echo "approved by $BY"
        env: { BY: "\${{ needs.ask.outputs.by }}" }
`)
  const parked = await untilRun(run, ({ jobs }) => jobs[0]?.steps[0]?.state === 'waiting')
  expect(parked.jobs[0]?.steps[0]?.question).toBe(`Shall it go on with ${run.number}?`)
  const [told] = await arc.prisma.eventDelivery.findMany({ where: { endpointId } })
  expect(told).toMatchObject({ event: 'workflow.approval' })
  expect(told?.body).toContain(`Shall it go on with ${run.number}?`)
  await arc.kill()
  await arc.start()
  expect((await runOf(run)).jobs[0]?.steps[0]?.state).toBe('waiting')
  await person.api.workflows.approve.mutate({ runId: run.id })
  expect((await untilEnded(run)).state).toBe('succeeded')
  expect(await logOf(run)).toContain(`approved by person-${person.userId.slice(0, 8)}`)
  await expect(person.api.workflows.approve.mutate({ runId: run.id })).rejects.toThrow('Nothing waits')
}, 120_000)

test('an approval that is refused fails its job, and a re-run begins with it', async () => {
  const run = await start(`name: Refused
on: { workflow_dispatch: {} }
jobs:
  one:
    workspace: flows
    steps:
      - run: echo once
      - uses: approval
        with: { message: Go on? }
      - run: echo after
`)
  await untilRun(run, ({ jobs }) => jobs[0]?.steps[1]?.state === 'waiting')
  await person.api.workflows.approve.mutate({ runId: run.id, accept: false })
  expect((await untilEnded(run)).state).toBe('failed')
  const again = await person.api.workflows.rerun.mutate({ runId: run.id })
  expect(again).toMatchObject({ number: run.number + 1, rerunOf: run.number })
  await untilRun(again, ({ jobs }) => jobs[0]?.steps[1]?.state === 'waiting')
  await person.api.workflows.approve.mutate({ runId: again.id })
  expect((await untilEnded(again)).state).toBe('succeeded')
  expect(await logOf(again)).toBe('Waiting for an approval: Go on?\nafter\n')
}, 120_000)

test('a workspace is created once, waited for, and deleted at the end', async () => {
  const run = await start(`name: Lifecycle
on: { workflow_dispatch: {} }
jobs:
  one:
    workspace: flows-preview
    steps:
      - id: made
        uses: workspace/create
        with: { name: flows-preview }
      - uses: workspace/stop
        with: { name: flows-preview }
      - uses: workspace/start
        with: { name: flows-preview }
      - run: echo "in $NAME"
        env: { NAME: "\${{ steps.made.outputs.name }}" }
      - if: always()
        uses: workspace/delete
        with: { name: flows-preview }
`)
  const ended = await untilEnded(run)
  expect(ended.jobs[0]?.steps.map(({ state, reason }) => reason ?? state)).toEqual(Array(5).fill('succeeded'))
  expect(await logOf(run)).toContain('in flows-preview\n')
  expect((await person.api.workspaces.list.query()).map(({ name }) => name)).not.toContain('flows-preview')
}, 180_000)

test('of a group one run runs at a time, and a newer one ends the older where that is said', async () => {
  const source = (name: string, ends: boolean) => `name: ${name}
on: { workflow_dispatch: {} }
concurrency: { group: deploy-${name}, cancel-in-progress: ${ends} }
jobs:
  one: { steps: [{ uses: approval, with: { message: Go on? } }] }
`
  const [first, second] = [
    await start(source('queue', false)),
    await person.api.workflows.list
      .query({})
      .then(async (all) => person.api.workflows.run.mutate({ workflowId: idOf(all, 'queue') })),
  ]
  await untilRun(first, ({ jobs }) => jobs[0]?.steps[0]?.state === 'waiting')
  expect((await runOf(second)).state).toBe('queued')
  await person.api.workflows.approve.mutate({ runId: first.id })
  await untilRun(second, ({ jobs }) => jobs[0]?.steps[0]?.state === 'waiting')
  await person.api.workflows.cancel.mutate({ runId: second.id })
  const older = await start(source('newest', true))
  await untilRun(older, ({ jobs }) => jobs[0]?.steps[0]?.state === 'waiting')
  await person.api.workflows.run.mutate({ workflowId: older.workflowId })
  expect(await untilEnded(older)).toMatchObject({ state: 'cancelled', reason: 'A newer run of its group has begun.' })
}, 120_000)

test('a wait ends at its time, and another workflow starts when this one has ended', async () => {
  await save(`name: After
on: { workflow_run: { workflows: [Waits] } }
jobs:
  one: { steps: [{ uses: notify, with: { message: "after \${{ event.workflow }} \${{ event.result }}" } }] }
`)
  const run = await start(`name: Waits
on: { workflow_dispatch: {} }
jobs:
  one: { steps: [{ uses: wait, with: { seconds: 2 } }] }
`)
  expect((await untilEnded(run)).state).toBe('succeeded')
  await until(async () => {
    const after = (await person.api.workflows.list.query({})).find(({ name }) => name === 'After')?.lastRun
    expect(after).toMatchObject({ state: 'succeeded', trigger: 'workflow' })
    expect(await logOf(after as WorkflowRun)).toBe('after Waits succeeded\n')
  }, waits)
}, 120_000)

test('a schedule runs at its time, and then has its next', async () => {
  const { id } = await save(`name: Nightly
on: { schedule: [{ cron: '* * * * *' }] }
jobs:
  one: { steps: [{ uses: notify, with: { message: "at \${{ event.at }}" } }] }
`)
  const { nextAt } = await person.api.workflows.get.query({ workflowId: id })
  const [run] = await until(async () => {
    const runs = await person.api.workflows.runs.query({ workflowId: id })
    expect(runs).toHaveLength(1)
    return runs
  }, waits)
  expect(run?.trigger).toBe('schedule')
  const now = await person.api.workflows.get.query({ workflowId: id })
  expect(Date.parse(now.nextAt ?? '')).toBeGreaterThan(Date.parse(nextAt ?? ''))
  await person.api.workflows.remove.mutate({ workflowId: id })
}, 120_000)

test('whoever has left the team runs nothing there any more, and a removed team has no workflows', async () => {
  const member = await arc.person()
  const team = await person.api.teams.create.mutate({ name: 'flows-team' })
  await arc.prisma.membership.create({ data: { teamId: team.id, userId: member.userId, role: 'member' } })
  const { workflow } = await until(
    () =>
      member.api.workflows.save.mutate({
        teamId: team.id,
        source:
          'name: Of the team\non: { workflow_dispatch: {} }\njobs: { a: { workspace: flows, steps: [{ run: "echo mine" }] } }',
      }),
    waits,
  )
  const workflowId = workflow?.id ?? idOf([], '')
  // The workspace is a person's: a team's workflow has nothing to do with it, whoever it acts for.
  const run = await person.api.workflows.run.mutate({ workflowId })
  expect((await untilEnded(run)).jobs[0]?.steps[0]?.reason).toContain('no workspace “flows” that this workflow may use')
  await person.api.teams.members.remove.mutate({ teamId: team.id, userId: member.userId })
  await expect(member.api.workflows.get.query({ workflowId })).rejects.toThrow('no such workflow')
  await person.api.teams.remove.mutate({ teamId: team.id })
  await until(async () => expect(await arc.prisma.workflow.count({ where: { teamId: team.id } })).toBe(0), waits)
}, 120_000)

test('what is wrong with a source is told where it stands, and nothing is saved', async () => {
  expect(
    await person.api.workflows.save.mutate({ source: 'name: Wrong\non: {workflow_dispatch: {}}\njbos: {}' }),
  ).toEqual({
    workflow: null,
    problems: expect.arrayContaining([
      { line: 3, column: 1, message: '“jbos” is no key of the workflow. Did you mean “jobs”?' },
    ]),
  })
  expect((await person.api.workflows.list.query({})).map(({ name }) => name)).not.toContain('Wrong')
})

test('of two who change it at once the later is told', async () => {
  const source = 'name: Versions\non: {workflow_dispatch: {}}\njobs: {a: {steps: [{uses: wait, with: {seconds: 1}}]}}'
  const { id } = await save(source)
  const change = () => person.api.workflows.save.mutate({ workflowId: id, version: 1, source })
  expect((await change()).workflow?.version).toBe(2)
  await expect(change()).rejects.toThrow('saved version 2 meanwhile')
  await expect(save(source)).rejects.toThrow('Another workflow is called “Versions”')
})

test('a command that its workspace’s restart cuts off fails and says so, and is repeated only where it has a retry', async () => {
  const cutOff = async (name: string, retry: number) => {
    const run = await start(`name: ${name}
on: { workflow_dispatch: {} }
jobs:
  one:
    workspace: flows
    steps:
      - run: echo begun >> ~/${name}; [ "$(wc -l < ~/${name})" -gt 1 ] || { echo waits; sleep 4215; }
        retry: ${retry}
`)
    await until(async () => expect(await logOf(run)).toContain('waits'), waits)
    await person.api.workspaces.restart.mutate({ workspaceId: await workspaceId() })
    return untilEnded(run)
  }
  const once = await cutOff('once', 0)
  expect(once.jobs[0]?.steps[0]).toMatchObject({
    state: 'failed',
    attempt: 1,
    reason: expect.stringMatching(/how far it came|was killed/),
  })
  const twice = await cutOff('twice', 1)
  expect(twice.jobs[0]?.steps[0]).toMatchObject({ state: 'succeeded', attempt: 2 })
}, 180_000)

function idOf(
  all: readonly { readonly id: WorkflowRun['workflowId']; readonly name: string }[],
  name: string,
): WorkflowRun['workflowId'] {
  const found = all.find((each) => each.name === name)
  if (found === undefined) throw new Error(`There is no workflow ${name}.`)
  return found.id
}

const workspaceId = async () => {
  const flows = (await person.api.workspaces.list.query()).find(({ name }) => name === 'flows')
  if (flows === undefined) throw new Error('There is no workspace.')
  return flows.id
}
