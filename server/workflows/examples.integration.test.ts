import { createHmac, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowId, WorkflowRunDetails, WorkflowRunId } from '@arcx/router'
import { createRunning, runInside, startInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { until } from '@arcx/testing/until'

const webhookSecret = 'github-secret-of-this-test-0123456789abcdef'
const member = { id: 41, login: 'member' }
const waits = 120_000
let arc: TestOrchestrator
let person: Person
beforeAll(async () => {
  arc = await startTestOrchestrator({ ARC_GITHUB_WEBHOOK_SECRET: webhookSecret })
  person = await arc.person('team')
  await arc.prisma.user.update({ where: { id: person.userId }, data: { githubId: BigInt(member.id) } })
}, 120_000)
afterAll(() => arc?.destroy())

async function saved(name: string): Promise<WorkflowId> {
  const path = fileURLToPath(new URL(`../../examples/workflows/${name}.yml`, import.meta.url))
  const { workflow, problems } = await person.api.workflows.save.mutate({ source: await readFile(path, 'utf8') })
  if (workflow === null) throw new Error(JSON.stringify(problems))
  return workflow.id
}

const untilEnded = (runId: WorkflowRunId): Promise<WorkflowRunDetails> =>
  until(async () => {
    const run = await person.api.workflows.runOf.query({ runId })
    if (run.endedAt === null) throw new Error(`It has not ended: ${JSON.stringify(run.jobs)}`)
    return run
  }, waits)

const statesOf = (run: WorkflowRunDetails) => run.jobs.map(({ title, state }) => `${title} ${state}`)

test('the team’s workspaces are up at 08:45 and down at 19:00', async () => {
  const [frontend, backend] = [await createRunning(person, 'frontend'), await createRunning(person, 'backend')]
  const workflowId = await saved('team-hours')
  const { nextAt } = await person.api.workflows.get.query({ workflowId })
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' })
  expect(['08:45', '19:00']).toContain(hour.format(new Date(nextAt ?? '')))
  const down = await person.api.workflows.run.mutate({ workflowId, inputs: { what: 'down' } })
  expect(statesOf(await untilEnded(down.id))).toEqual([
    'up (frontend) skipped',
    'up (backend) skipped',
    'down (frontend) succeeded',
    'down (backend) succeeded',
  ])
  await untilState(person, frontend.id, 'stopped')
  await untilState(person, backend.id, 'stopped')
  const up = await person.api.workflows.run.mutate({ workflowId, inputs: { what: 'up' } })
  await untilEnded(up.id)
  await untilState(person, frontend.id, 'running')
  await untilState(person, backend.id, 'running')
}, 240_000)

test('a pull request has a workspace until it is closed', async () => {
  const workflowId = await saved('preview')
  const repository = { id: 7, full_name: 'acme/app', private: false, owner: { id: 99 }, clone_url: '/nowhere' }
  const send = async (action: string) => {
    const body = JSON.stringify({
      action,
      repository,
      sender: member,
      pull_request: {
        number: 12,
        title: 'A change',
        user: member,
        head: { ref: 'change', sha: 'a'.repeat(40), repo: repository },
        base: { ref: 'main', sha: 'b'.repeat(40), repo: repository },
      },
    })
    const signature = `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'pull_request',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': signature,
    }
    expect((await arc.send('/webhooks/github', { method: 'POST', headers, body })).status).toBe(202)
  }
  const runAfter = (count: number) =>
    until(async () => {
      const runs = await person.api.workflows.runs.query({ workflowId })
      const [run] = runs
      if (run === undefined || runs.length < count) throw new Error(`There are ${runs.length} runs.`)
      return untilEnded(run.id)
    }, waits)
  await send('opened')
  const opened = await runAfter(1)
  // There is no such repository, so that the last step alone fails.
  expect(opened.jobs.flatMap(({ steps }) => steps.map(({ name, state }) => `${name} ${state}`))).toEqual([
    'workspace/create succeeded',
    'notify succeeded',
    'workspace/start succeeded',
    'Check out the commit failed',
    'workspace/delete skipped',
  ])
  const names = async () => (await person.api.workspaces.list.query()).map(({ name }) => name)
  expect(await names()).toContain('preview-12')
  await send('closed')
  expect((await runAfter(2)).state).toBe('succeeded')
  expect(await names()).not.toContain('preview-12')
}, 240_000)

/** GitHub's API as far as it is asked, in the workspace itself, as nothing else can be reached from there. */
const api = `require('http').createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk)).on('end', () => {
    require('fs').writeFileSync(process.env.HOME + '/asked', request.method + ' ' + request.url + ' ' + body)
    response.writeHead(201).end('{}')
  })
}).listen(4321, '127.0.0.1')`

test('the nightly update ends as a pull request', async () => {
  const { id } = await createRunning(person, 'updates')
  const inside = async (script: string) => {
    const ran = await runInside(arc.engine, id, ['/bin/bash', '-lc', script])
    expect(ran).toMatchObject({ exitCode: 0 })
    return ran.output.trim()
  }
  await inside(`git init -q --bare ~/origin.git && mkdir -p ~/project && cd ~/project && git init -q -b main . &&
    echo 1 > version && git add . && git -c user.name=a -c user.email=a@b commit -qm first &&
    git remote add origin ~/origin.git && git push -q origin main`)
  await startInside(arc.engine, id, ['/bin/bash', '-lc', `exec node -e "${api.replaceAll('"', '\\"')}"`])
  const workflowId = await saved('nightly-update')
  const run = await person.api.workflows.run.mutate({
    workflowId,
    inputs: { update: 'echo 2 > version', api: 'http://127.0.0.1:4321/repos/acme/app' },
  })
  // What it asked is looked at before the workspace is stopped.
  const asked = await until(() => inside('cat ~/asked ~/origin.git/refs/heads/update-1'), waits)
  const ended = await untilEnded(run.id)
  expect(ended.jobs[0]?.steps.map(({ state, reason }) => reason ?? state)).toEqual(Array(4).fill('succeeded'))
  expect(asked).toMatch(
    /^POST \/repos\/acme\/app\/pulls \{"title": "Update dependencies", "head": "update-1", "base": "main"\}[0-9a-f]{40}$/,
  )
}, 240_000)
