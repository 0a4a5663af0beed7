import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowId, WorkflowRun } from '@arcx/router'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { until } from '@arcx/testing/until'

const webhookSecret = 'github-secret-of-this-test-0123456789abcdef'
const [member, stranger] = [
  { id: 41, login: 'member' },
  { id: 42, login: 'stranger' },
] as const
let arc: TestOrchestrator
let person: Person
beforeAll(async () => {
  arc = await startTestOrchestrator({ ARC_GITHUB_WEBHOOK_SECRET: webhookSecret })
  person = await arc.person('team')
  await arc.prisma.user.update({ where: { id: person.userId }, data: { githubId: BigInt(member.id) } })
  await createRunning(person, 'triggers')
}, 120_000)
afterAll(() => arc?.destroy())

const waits = 60_000
const repository = {
  id: 7,
  full_name: 'acme/app',
  private: false,
  default_branch: 'main',
  clone_url: 'https://github.com/acme/app.git',
  owner: { id: 99 },
}

async function save(name: string, on: string, steps: string): Promise<WorkflowId> {
  const source = `name: ${name}\non: ${on}\njobs:\n  one:\n    workspace: triggers\n    steps:\n${steps}`
  const { workflow, problems } = await person.api.workflows.save.mutate({ source })
  if (workflow === null) throw new Error(JSON.stringify(problems))
  return workflow.id
}

async function send(event: string, payload: object): Promise<void> {
  const body = JSON.stringify({ repository, ...payload })
  const deliveryId = randomUUID()
  const { status } = await arc.send('/webhooks/github', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': deliveryId,
      'x-hub-signature-256': `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`,
    },
    body,
  })
  expect(status).toBe(202)
  await until(async () => {
    const row = await arc.prisma.webhookDelivery.findFirst({ where: { deliveryId } })
    expect(row?.outcome).toBe('handled')
  }, waits)
}

const runsOf = (workflowId: WorkflowId) => person.api.workflows.runs.query({ workflowId })
const untilEnded = (id: WorkflowRun['id']) =>
  until(async () => {
    const run = await person.api.workflows.runOf.query({ runId: id })
    if (run.endedAt === null) throw new Error(`It has not ended: ${JSON.stringify(run)}`)
    return run
  }, waits)

async function logOf(runId: string): Promise<string> {
  const rows = await arc.prisma.workflowLog.findMany({
    where: { step: { job: { runId } } },
    orderBy: { sequence: 'asc' },
  })
  return rows.map(({ bytes }) => Buffer.from(bytes).toString()).join('')
}

const pull = (number: number, author: { id: number; login: string }, headRepository: object, title = 'A change') => ({
  action: 'opened',
  sender: author,
  pull_request: {
    number,
    title,
    user: author,
    updated_at: '2026-01-01T00:00:00Z',
    head: { ref: 'change', sha: 'a'.repeat(40), repo: headRepository },
    base: { ref: 'main', sha: 'b'.repeat(40), repo: repository },
  },
})
const fork = { id: 8, full_name: 'stranger/app' }

test('untrusted input gets no secret and no write right unless a person with the right says so', async () => {
  await person.api.secrets.set.mutate({
    name: 'DEPLOY_KEY',
    value: 'a-value-that-nobody-sees',
    hosts: ['api.example.com'],
  })
  const workflowId = await save(
    'Preview',
    '{ pull_request: { repository: acme/app } }',
    '      - run: touch ~/written; echo "pull request $NUMBER"\n        env: { NUMBER: "${{ event.pull_request.number }}" }\n',
  )
  // Out of a fork, also where a member opens it; and by a stranger, also in the repository itself.
  await send('pull_request', pull(1, stranger, fork))
  await send('pull_request', pull(2, member, fork))
  await send('pull_request', pull(3, stranger, repository))
  const waiting = await runsOf(workflowId)
  expect(waiting.map(({ number, state }) => [number, state])).toEqual([
    [3, 'unapproved'],
    [2, 'unapproved'],
    [1, 'unapproved'],
  ])
  const steps = await arc.prisma.workflowStep.findMany({ where: { job: { run: { workflowId } } } })
  expect(steps.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
  // Nobody else says so.
  const other = await arc.person()
  const [third, second, first] = waiting
  if (first === undefined || second === undefined || third === undefined) throw new Error('Runs are missing.')
  await expect(other.api.workflows.approve.mutate({ runId: first.id })).rejects.toThrow('no such run')
  await person.api.workflows.approve.mutate({ runId: first.id, accept: false })
  expect((await untilEnded(first.id)).state).toBe('cancelled')
  await person.api.workflows.approve.mutate({ runId: second.id })
  expect((await untilEnded(second.id)).state).toBe('succeeded')
  expect(await logOf(second.id)).toBe('pull request 2\n')
  expect(await logOf(first.id)).toBe('')
  await person.api.workflows.cancel.mutate({ runId: third.id })
  // What a member does in the repository itself needs nobody.
  await send('pull_request', pull(4, member, repository))
  const [trusted] = await runsOf(workflowId)
  expect((await untilEnded(trusted?.id ?? first.id)).state).toBe('succeeded')
}, 120_000)

test('an event that is sent again starts no second run, and a title runs no command', async () => {
  const workflowId = await save(
    'Titles',
    '{ issues: { repository: acme/app, types: [labeled], labels: [run] } }',
    '      - run: echo "$TITLE"\n        env: { TITLE: "${{ event.issue.title }}" }\n',
  )
  const title = '"; touch /tmp/owned; $(touch /tmp/owned) `touch /tmp/owned`'
  const issue = { number: 5, title, user: stranger, updated_at: '2026-01-01T00:00:00Z', labels: [] }
  const labeled = (name: string) => ({ action: 'labeled', sender: member, label: { name }, issue })
  await send('issues', labeled('other'))
  await send('issues', labeled('run'))
  await send('issues', labeled('run'))
  const runs = await runsOf(workflowId)
  expect(runs).toHaveLength(1)
  const [run] = runs
  if (run === undefined) throw new Error('It did not start.')
  await untilEnded(run.id)
  expect(await logOf(run.id)).toBe(`${title}\n`)
}, 120_000)

test('a comment with the command starts it where a member wrote it, and waits where a stranger did', async () => {
  const workflowId = await save(
    'Comments',
    '{ issue_comment: { repository: acme/app, command: /preview } }',
    '      - run: echo "${BODY}"\n        env: { BODY: "${{ event.comment.body }}" }\n',
  )
  const comment = (id: number, user: { id: number; login: string }, body: string) => ({
    action: 'created',
    sender: user,
    issue: { number: 6, title: 'x', user: stranger },
    comment: { id, body, user },
  })
  await send('issue_comment', comment(1, member, 'please /preview'))
  await send('issue_comment', comment(2, stranger, '/preview now'))
  await send('issue_comment', comment(3, member, '/preview now'))
  const runs = await runsOf(workflowId)
  expect(runs).toHaveLength(2)
  expect(runs[1]?.state).toBe('unapproved')
  expect(runs[0]?.state).not.toBe('unapproved')
}, 120_000)

test('a push is filtered by branch and by path, and a private repository’s is told to nobody but its own', async () => {
  const workflowId = await save(
    'Pushes',
    "{ push: { repository: acme/app, branches: ['release/*'], paths: ['src/**', '!src/docs/**'] } }",
    '      - run: echo pushed\n',
  )
  const push = (branch: string, file: string, after: string) => ({
    sender: member,
    ref: `refs/heads/${branch}`,
    before: '0'.repeat(40),
    after: after.repeat(40),
    commits: [{ added: [file], modified: [], removed: [] }],
  })
  await send('push', push('main', 'src/a.ts', '1'))
  await send('push', push('release/1/x', 'src/a.ts', '2'))
  await send('push', push('release/1', 'src/docs/a.md', '3'))
  await send('push', {
    ...push('release/1', 'src/a.ts', '4'),
    sender: stranger,
    repository: { ...repository, private: true },
  })
  expect(await runsOf(workflowId)).toEqual([])
  await send('push', push('release/1', 'src/deep/a.ts', '5'))
  expect(await runsOf(workflowId)).toHaveLength(1)
}, 120_000)

test('an HTTP request starts a workflow by its secret, once for each key', async () => {
  const workflowId = await save(
    'Hooked',
    '{ hook: {} }',
    '      - run: echo "got $WHAT"\n        env: { WHAT: "${{ event.body.what }}" }\n',
  )
  const { url, secret } = await person.api.workflows.renewHook.mutate({ workflowId })
  const { pathname } = new URL(url)
  const post = (authorization: string, path = pathname) =>
    arc.send(path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: '{"what":"this"}',
    })
  const answer = await post(`Bearer ${secret}`)
  expect(answer.status).toBe(202)
  expect(JSON.parse((await post(`Bearer ${secret}`)).body)).toEqual({ runId: null })
  expect((await post('Bearer wrong')).status).toBe(401)
  expect((await post(`Bearer ${secret}`, `/hooks/workflows/${randomUUID()}`)).status).toBe(401)
  const { runId } = JSON.parse(answer.body)
  await untilEnded(runId)
  expect(await logOf(runId)).toBe('got this\n')
  expect(await runsOf(workflowId)).toHaveLength(1)
  await person.api.workflows.renewHook.mutate({ workflowId })
  expect((await post(`Bearer ${secret}`)).status).toBe(401)
}, 120_000)

test('a workspace that stops starts a workflow, once', async () => {
  const workflowId = await save(
    'Stops',
    "{ workspace: { types: [stopped], names: ['trig*'] } }",
    '      - uses: notify\n        with: { message: "${{ event.workspace.name }} is ${{ event.state }}" }\n',
  )
  const [workspace] = await person.api.workspaces.list.query()
  if (workspace === undefined) throw new Error('There is no workspace.')
  await person.api.workspaces.stop.mutate({ workspaceId: workspace.id })
  await untilState(person, workspace.id, 'stopped')
  const [run] = await until(async () => {
    const runs = await runsOf(workflowId)
    expect(runs).toHaveLength(1)
    return runs
  }, waits)
  await untilEnded(run?.id ?? ('' as never))
  expect(await logOf(run?.id ?? '')).toBe('triggers is stopped\n')
}, 120_000)

test('the schema of workflows is published where editors find it', async () => {
  const answer = await arc.send('/schemas/workflow.json')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toContain('application/schema+json')
  expect(JSON.parse(answer.body)).toMatchObject({ type: 'object', required: ['name', 'on', 'jobs'] })
})
