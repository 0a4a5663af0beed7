import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Workspace } from '@arcx/router'
import { createRunning, runInside, startInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import { send } from '@arcx/testing/http'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

const mebibyte = 2 ** 20
const patience = { timeout: 60_000, interval: 250 }

describe('a workspace’s home', () => {
  let arc: TestOrchestrator
  let person: Person
  beforeAll(async () => {
    arc = await startTestOrchestrator({ ARC_WORKSPACE_DISK_BYTES: String(100 * mebibyte) })
    person = await arc.person()
  })
  afterAll(() => arc?.destroy())
  const now = (workspaceId: Workspace['id']) => person.api.workspaces.get.query({ workspaceId })
  const write = (workspace: Workspace, megabytes: number, name: string) =>
    startInside(arc.engine, workspace.id, [
      'sh',
      '-c',
      `head -c ${megabytes * mebibyte} /dev/urandom > /home/arc/${name}`,
    ])

  test('is measured; near its limit people are told, over it the workspace stops with a reason, and it can be started to clean up', async () => {
    const workspace = await createRunning(person, 'growing')
    const neighbour = await createRunning(person, 'neighbour')
    const seen: Workspace[] = []
    const live = person.live()
    live.api.workspaces.onChange.subscribe(undefined, {
      onData: ({ data }) => void (data.type === 'changed' && seen.push(data.workspace)),
    })
    await vi.waitFor(
      async () =>
        expect((await now(workspace.id)).disk).toMatchObject({ nearLimit: false, limitBytes: 100 * mebibyte }),
      patience,
    )

    await write(workspace, 85, 'some')
    await vi.waitFor(
      () => expect(seen.some(({ id, disk }) => id === workspace.id && disk?.nearLimit === true)).toBe(true),
      patience,
    )
    expect((await now(workspace.id)).state).toBe('running')

    await write(workspace, 60, 'more')
    const stopped = await vi.waitFor(async () => {
      const found = await now(workspace.id)
      expect(found.state).toBe('stopped')
      return found
    }, patience)
    expect(stopped.reason).toMatch(
      /^Its files take 1\d\d MB, and it may keep 100 MB\. Start it again to delete some\.$/,
    )
    expect((await now(neighbour.id)).state).toBe('running')

    await person.api.workspaces.start.mutate({ workspaceId: workspace.id })
    await untilState(person, workspace.id, 'running')
    await runInside(arc.engine, workspace.id, ['rm', '/home/arc/more', '/home/arc/some'])
    await vi.waitFor(async () => expect((await now(workspace.id)).disk).toMatchObject({ nearLimit: false }), patience)
    expect(await now(workspace.id)).toMatchObject({ state: 'running' })
    await live.close()
  }, 180_000)

  test('goes with its workspace, however deep the names in it are nested', async () => {
    const workspace = await createRunning(person, 'deep')
    const made = await runInside(arc.engine, workspace.id, [
      'python3',
      '-c',
      'import os\nos.chdir("/home/arc")\nfor _ in range(500):\n os.mkdir("d" * 200)\n os.chdir("d" * 200)',
    ])
    expect(made).toMatchObject({ exitCode: 0 })
    await person.api.workspaces.remove.mutate({ workspaceId: workspace.id })
    await vi.waitFor(
      async () => expect((await person.api.workspaces.list.query()).map(({ name }) => name)).not.toContain('deep'),
      patience,
    )
    await expect(stat(join(arc.directory, 'workspaces', workspace.id))).rejects.toThrow('ENOENT')
  })
})

test('the size that is shown follows what a workspace keeps, up to when it stopped, far below its limit', async () => {
  const arc = await startTestOrchestrator()
  try {
    const person = await arc.person()
    const { id } = await createRunning(person, 'shown')
    const megabytes = async () =>
      ((await person.api.workspaces.get.query({ workspaceId: id })).disk?.bytes ?? 0) / mebibyte
    const write = (name: string, count: number) =>
      runInside(arc.engine, id, ['dd', 'if=/dev/urandom', `of=/home/arc/${name}`, 'bs=1M', `count=${count}`])
    await write('one', 60)
    await vi.waitFor(async () => expect(await megabytes()).toBeGreaterThan(59), { timeout: 120_000, interval: 250 })
    await write('two', 30)
    await person.api.workspaces.stop.mutate({ workspaceId: id })
    await untilState(person, id, 'stopped')
    await vi.waitFor(async () => expect(await megabytes()).toBeGreaterThan(89), { timeout: 120_000, interval: 250 })
  } finally {
    await arc.destroy()
  }
}, 300_000)

describe.each(['auto', 'sealed'])('a workspace’s places to write to, isolation %s', (isolation) => {
  let arc: TestOrchestrator
  let workspace: Workspace
  beforeAll(async () => {
    arc = await startTestOrchestrator({ ARC_ISOLATION: isolation })
    workspace = await createRunning(await arc.person(), 'writing')
  })
  afterAll(() => arc?.destroy())
  const inside = async (script: string, user?: string) =>
    (await runInside(arc.engine, workspace.id, ['sh', '-c', script], user)).output

  test.each(['1000:1000', '0:0'])('as %s: each is its measured home, or memory with a bound', async (user) => {
    const script = `cut -d' ' -f2,3,4 /proc/self/mounts | while read -r path type options; do
      [ -d "$path" ] || continue
      probe="$path/.probe-$$"
      if (: > "$probe") 2> /dev/null; then rm -f "$probe"; echo "$path $type $options"; fi
    done`
    const writable = (await inside(script, user))
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(' '))
    expect(writable.map(([path]) => path)).toEqual(expect.arrayContaining(['/run/arcx', '/tmp']))
    for (const [path = '', type, options] of writable) {
      // The kernel bounds the queues itself (mq_overview(7)).
      if (path === '/home/arc' || type === 'mqueue') continue
      expect({ path, type, bounded: /(^|,)size=\d+/.test(options ?? '') }).toEqual({
        path,
        type: 'tmpfs',
        bounded: true,
      })
    }
    // Nothing else lets itself be written to, mount or not.
    const others = (await inside('find / -xdev -type d -writable 2> /dev/null', '1000:1000')).trim().split(/\r?\n/)
    expect(others.filter((path) => path !== '/home/arc' && !writable.some(([known]) => known === path))).toEqual([])
  })

  test('the directory of its sockets has no room for files, and what fills it harms nobody', async () => {
    expect(
      await inside('head -c 1000000 /dev/zero > /run/arcx/large; stat -c %s /run/arcx/large; rm /run/arcx/large'),
    ).toMatch(/No space left on device/)
    expect(await inside('for i in $(seq 200); do : > /run/arcx/$i || exit 1; done; echo made all')).toMatch(
      /No space left on device/,
    )
    const { size } = await stat(join(arc.directory, 'workspaces', workspace.id, 'sockets'))
    expect(size).toBeLessThan(65_536)
    const person = await arc.person()
    const other = await createRunning(person, 'other')
    expect(other.state).toBe('running')
  })
})

describe('the reserve', () => {
  let arc: TestOrchestrator
  let person: Person
  beforeAll(async () => {
    arc = await startTestOrchestrator({ ARC_DISK_RESERVE_BYTES: '0' })
    person = await arc.person()
  })
  afterAll(() => arc?.destroy())

  test('below it nothing new starts, and what runs goes on; everybody is told, whoever administers in numbers', async () => {
    const running = await createRunning(person, 'running')
    const resting = await createRunning(person, 'resting')
    await person.api.workspaces.stop.mutate({ workspaceId: resting.id })
    await untilState(person, resting.id, 'stopped')
    expect(await person.api.disk.condition.query()).toEqual({ level: 'enough', numbers: null })

    // Another process on the same data, which keeps more than there is.
    const strict = await arc.copy({ ARC_DISK_RESERVE_BYTES: String(2 ** 44) })
    try {
      const asked = (path: string, input?: unknown) =>
        send(strict.port, `/trpc/${path}`, {
          headers: {
            host: `localhost:${strict.port}`,
            cookie: person.cookie,
            origin: `http://localhost:${strict.port}`,
            'content-type': 'application/json',
          },
          ...(input === undefined ? {} : { method: 'POST', body: JSON.stringify(input) }),
        })
      for (const refused of [
        await asked('workspaces.create', { name: 'new' }),
        await asked('workspaces.start', { workspaceId: resting.id }),
      ]) {
        expect(refused.status).toBe(503)
        expect(refused.body).toContain('disk_low')
        expect(refused.body).toContain('nearly full, so nothing new is started')
      }
      expect((await asked('disk.condition')).body).toContain('"level":"low","numbers":null')
      await arc.prisma.user.update({ where: { id: person.userId }, data: { role: 'admin' } })
      await vi.waitFor(
        async () =>
          expect((await asked('disk.condition')).body).toMatch(
            /"numbers":\{"reserveBytes":17592186044416,"rooms":\[\{"name":"the data directory","freeBytes":\d+/,
          ),
        patience,
      )
      expect((await asked('workspaces.restart', { workspaceId: running.id })).status).toBe(200)
      expect((await asked('workspaces.remove', { workspaceId: resting.id })).status).toBe(200)
    } finally {
      await strict.stop()
    }
  })
})
