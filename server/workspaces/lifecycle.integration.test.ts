import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AppRouter } from '@arcx/router'
import { enterWorkspace } from '@arcx/testing/entry'
import { upgrade } from '@arcx/testing/http'
import { createRunning, ownContainers, runInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

/** The refusal's code and details. */
async function refusal(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof TRPCClientError)) throw new Error('It was not refused.', { cause: error })
  const known = error as TRPCClientError<AppRouter>
  return { message: known.message, status: known.data?.httpStatus, ...known.data?.arc }
}

const containersOf = (workspaceId: string) =>
  arc.engine.listContainers({ all: true, filters: { label: [`arcx.workspace=${workspaceId}`] } })

test('a workspace is created, stopped, started, restarted, renamed and removed, and each step is in the audit record', async () => {
  const person = await arc.person()
  const { api } = person
  const workspace = await createRunning(person, 'whole-life')
  const workspaceId = workspace.id
  expect(workspace.url).toBe(`http://whole-life.localhost:${arc.port}`)
  await runInside(arc.engine, workspaceId, ['sh', '-c', 'echo kept > /home/arc/project/note.txt'])

  await api.workspaces.stop.mutate({ workspaceId })
  await untilState(person, workspaceId, 'stopped')
  expect(await containersOf(workspaceId)).toHaveLength(0)

  await api.workspaces.start.mutate({ workspaceId })
  await untilState(person, workspaceId, 'running')
  const [before] = await containersOf(workspaceId)
  await api.workspaces.restart.mutate({ workspaceId })
  await untilState(person, workspaceId, 'running')
  const [after] = await containersOf(workspaceId)
  expect(after?.Id).not.toBe(before?.Id)
  expect((await runInside(arc.engine, workspaceId, ['cat', '/home/arc/project/note.txt'])).output.trim()).toBe('kept')

  await api.workspaces.rename.mutate({ workspaceId, name: 'whole-life-renamed' })
  await untilState(person, workspaceId, 'running')
  expect(
    (await runInside(arc.engine, workspaceId, ['sh', '-c', 'cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n"'])).output,
  ).toContain('ARCX_WORKSPACE=whole-life-renamed')
  expect(await api.workspaces.get.query({ name: 'whole-life-renamed' })).toMatchObject({ id: workspaceId })
  expect(await refusal(api.workspaces.get.query({ name: 'whole-life' }))).toMatchObject({ code: 'workspace_not_found' })

  await api.workspaces.remove.mutate({ workspaceId })
  await vi.waitFor(async () => expect(await api.workspaces.list.query()).toEqual([]), { timeout: 20_000 })
  expect(await containersOf(workspaceId)).toHaveLength(0)
  await expect(stat(join(arc.directory, 'workspaces', workspaceId))).rejects.toThrow('ENOENT')

  const entries = await arc.prisma.auditEntry.findMany({ where: { targetId: workspaceId }, orderBy: { id: 'asc' } })
  const byPerson = entries.filter((entry) => entry.actorKind === 'user')
  expect(byPerson.map((entry) => entry.action)).toEqual(
    ['create', 'stop', 'start', 'restart', 'rename', 'remove'].map((verb) => `workspace.${verb}`),
  )
  for (const entry of byPerson)
    expect(entry).toMatchObject({
      actorId: person.userId,
      address: '127.0.0.1',
      outcome: 'ok',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  const byService = entries.filter((entry) => entry.actorKind === 'service').map((entry) => entry.action)
  for (const action of ['workspace.starting', 'workspace.running', 'workspace.stopped', 'workspace.removed'])
    expect(byService).toContain(action)
})

describe('names', () => {
  test('what is refused says why and offers a free name', async () => {
    const { api } = await arc.person()
    await api.workspaces.create.mutate({ name: 'taken-name' })
    expect(await refusal(api.workspaces.create.mutate({ name: 'taken-name' }))).toMatchObject({
      status: 409,
      code: 'workspace_name_taken',
      details: { suggestion: 'taken-name-2' },
    })
    expect(await refusal(api.workspaces.create.mutate({ name: 'Taken Name' }))).toMatchObject({
      status: 400,
      code: 'workspace_name_invalid',
      details: { suggestion: 'taken-name-2' },
    })
    expect(await refusal(api.workspaces.create.mutate({ name: 'www' }))).toMatchObject({
      status: 400,
      details: { suggestion: 'www-1' },
    })
  })

  test('somebody else’s name is taken too, and the refusal is recorded', async () => {
    const first = await arc.person()
    const second = await arc.person()
    await first.api.workspaces.create.mutate({ name: 'only-one' })
    expect(await refusal(second.api.workspaces.create.mutate({ name: 'only-one' }))).toMatchObject({
      code: 'workspace_name_taken',
    })
    const entry = await arc.prisma.auditEntry.findFirstOrThrow({ where: { actorId: second.userId } })
    expect(entry).toMatchObject({
      action: 'workspace.create',
      targetName: 'only-one',
      outcome: 'refused:workspace_name_taken',
    })
  })
})

describe('tier limits', () => {
  test('hold against requests at once', async () => {
    const { api } = await arc.person('pro')
    const asked = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => api.workspaces.create.mutate({ name: `race-${index}` })),
    )
    expect(asked.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(5)
    expect(await api.workspaces.list.query()).toHaveLength(5)
    expect(await refusal(api.workspaces.create.mutate({ name: 'race-more' }))).toMatchObject({
      status: 429,
      code: 'workspace_limit_reached',
      details: { limit: 5, tier: 'pro' },
    })
    for (const { id } of await api.workspaces.list.query()) await api.workspaces.remove.mutate({ workspaceId: id })
  })

  test('free holds one', async () => {
    const { api } = await arc.person('free')
    const { id } = await api.workspaces.create.mutate({ name: 'the-one' })
    expect(await refusal(api.workspaces.create.mutate({ name: 'the-other' }))).toMatchObject({ details: { limit: 1 } })
    await api.workspaces.remove.mutate({ workspaceId: id })
    await vi.waitFor(async () => expect(await api.workspaces.list.query()).toHaveLength(0), { timeout: 30_000 })
    await api.workspaces.create.mutate({ name: 'the-other' })
  })
})

test('Gitpod pull request 21108: a stranger can neither see nor change a workspace by any procedure, and learns nothing', async () => {
  const owner = await arc.person()
  const stranger = await arc.person()
  const { id: workspaceId } = await owner.api.workspaces.create.mutate({ name: 'not-yours' })
  const { workspaces } = stranger.api
  const attempts = [
    workspaces.get.query({ workspaceId }),
    workspaces.get.query({ name: 'not-yours' }),
    workspaces.start.mutate({ workspaceId }),
    workspaces.stop.mutate({ workspaceId }),
    workspaces.restart.mutate({ workspaceId }),
    workspaces.rename.mutate({ workspaceId, name: 'mine-now' }),
    workspaces.remove.mutate({ workspaceId }),
  ]
  for (const attempt of attempts)
    expect(await refusal(attempt)).toMatchObject({ status: 404, code: 'workspace_not_found' })
  expect(await workspaces.list.query()).toEqual([])
  const live = stranger.live()
  for (const kind of ['logs', 'stats'] as const) {
    const code = await new Promise((resolve) => {
      live.api.workspaces[kind].subscribe({ workspaceId }, { onError: (error) => resolve(error.data?.arc?.code) })
    })
    expect(code).toBe('workspace_not_found')
  }
  await live.close()
})

test('an operation that does not fit the state is refused or already done, never both', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await createRunning(person, 'twice')
  const { workspaces } = person.api
  await Promise.all([workspaces.start.mutate({ workspaceId }), workspaces.start.mutate({ workspaceId })])
  await Promise.all([workspaces.stop.mutate({ workspaceId }), workspaces.stop.mutate({ workspaceId })])
  await untilState(person, workspaceId, 'stopped')
  await workspaces.remove.mutate({ workspaceId })
  const outcome = await workspaces.start.mutate({ workspaceId }).then(
    () => 'done',
    () => 'refused',
  )
  expect(outcome).toBe('refused')
})

test('a start that is stopped midway leaves nothing behind', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await person.api.workspaces.create.mutate({ name: 'midway' })
  await untilState(person, workspaceId, 'starting')
  await person.api.workspaces.stop.mutate({ workspaceId })
  await untilState(person, workspaceId, 'stopped')
  expect(await containersOf(workspaceId)).toHaveLength(0)
})

test('the IDE runs as the home’s owner without root’s rights, whatever was planted in the home', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await createRunning(person, 'no-root')
  const home = join(arc.directory, 'workspaces', workspaceId, 'home')
  expect((await stat(home)).uid).toBe(1000)
  const ran = await runInside(arc.engine, workspaceId, [
    'sh',
    '-c',
    'id -u; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status; touch /etc/x 2>&1; ps -o user= -C node | sort -u',
  ])
  expect(ran.output).toMatch(/^1000\s/)
  expect(ran.output).toMatch(/CapEff:\s+0{16}/)
  expect(ran.output).toMatch(/NoNewPrivs:\s+1/)
  expect(ran.output).toMatch(/Seccomp:\s+2/)
  expect(ran.output).toMatch(/Read-only file system|Permission denied/)
  const [info] = await containersOf(workspaceId)
  const inspected = await arc.engine.getContainer(info?.Id ?? '').inspect()
  expect(inspected.HostConfig).toMatchObject({
    Memory: 1024 ** 3,
    PidsLimit: 512,
    ReadonlyRootfs: true,
    Privileged: false,
  })
  expect(inspected.HostConfig.CapDrop).toEqual(['ALL'])
  // A file of root's making in a home must not be followed or changed by root's right.
  await mkdir(join(home, 'planted'), { mode: 0o700 })
  await writeFile(join(home, 'planted/file'), 'x')
  expect((await runInside(arc.engine, workspaceId, ['cat', '/home/arc/planted/file'])).exitCode).not.toBe(0)
})

test('TanStack/ai 1084, Coder CVE-2025-66411: keys are in no inspect output, process list or log', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await createRunning(person, 'no-keys')
  const [info] = await containersOf(workspaceId)
  const inspected = JSON.stringify(await arc.engine.getContainer(info?.Id ?? '').inspect())
  const seen =
    inspected +
    (
      await runInside(arc.engine, workspaceId, [
        'sh',
        '-c',
        'env; cat /proc/*/cmdline /proc/*/environ 2>/dev/null | tr "\\0" "\\n"',
      ])
    ).output +
    (await arc.log())
  for (const secret of [arc.adminToken, arc.internalToken, arc.databaseUrl, arc.natsUrl])
    expect(seen).not.toContain(secret)
})

test('a workspace that nobody uses stops by itself; output in a terminal keeps it awake, an open tab does not', async () => {
  const quick = await startTestOrchestrator({ ARC_IDLE_TIMEOUT_SECONDS: '20' })
  try {
    const person = await quick.person()
    const [used, idle] = await Promise.all([createRunning(person, 'used'), createRunning(person, 'idle')])
    // A tab that nobody uses holds a socket to the IDE open.
    const cookie = await enterWorkspace(quick, person, 'idle')
    const tab = await upgrade(quick.port, '/stable-0?reconnectionToken=1', {
      host: `idle.localhost:${quick.port}`,
      cookie,
      origin: `http://idle.localhost:${quick.port}`,
    })
    expect(tab.status).toBe(101)
    tab.socket?.resume()
    // Output in a terminal, as the IDE's is one.
    const [info] = await quick.engine.listContainers({ filters: { label: [`arcx.workspace=${used.id}`] } })
    const execution = await quick.engine.getContainer(info?.Id ?? '').exec({
      Cmd: ['sh', '-c', 'while :; do echo tick; sleep 1; done'],
      User: '1000:1000',
      Tty: true,
      AttachStdout: true,
    })
    const stream = await execution.start({ hijack: true, stdin: false, Tty: true })
    stream.resume()
    const stopped = await untilState(person, idle.id, 'stopped')
    expect(stopped.reason).toBe('Stopped by itself: nobody used it for 20 s.')
    expect(await person.api.workspaces.get.query({ workspaceId: used.id })).toMatchObject({ state: 'running' })
    stream.destroy()
    tab.socket?.destroy()
    const entry = await quick.prisma.auditEntry.findFirstOrThrow({ where: { action: 'workspace.idle-stop' } })
    expect(entry).toMatchObject({ actorKind: 'service', actorId: 'idle-watch', targetId: idle.id })
  } finally {
    await quick.destroy()
  }
})

test('at the end nothing runs that no row asks for', async () => {
  const rows = await arc.prisma.workspace.findMany({ select: { id: true } })
  const known = new Set(rows.map((row) => row.id))
  const containers = await ownContainers(arc.engine, arc.deployment)
  expect(containers.filter((info) => !known.has(info.Labels['arcx.workspace'] ?? ''))).toEqual([])
})
