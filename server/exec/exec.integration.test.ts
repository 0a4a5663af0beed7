import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { stripVTControlCharacters } from 'node:util'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ExecNote, ExecOpen, Scope, WorkspaceId } from '@arcx/router'
import { upgrade } from '@arcx/testing/http'
import { createRunning, runInside, startInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let owner: Person
let workspaceId: WorkspaceId
let token: string

beforeAll(async () => {
  arc = await startTestOrchestrator()
  owner = await arc.person()
  workspaceId = (await createRunning(owner, 'runs')).id
  token = await tokenOf(owner, ['workspaces:exec'])
})
afterAll(() => arc?.destroy())

const tokenOf = async (person: Person, scopes: Scope[], workspaceIds: WorkspaceId[] | null = null) =>
  (await person.api.tokens.create.mutate({ name: 'cli', scopes, workspaceIds })).token

class Session {
  readonly notes: ExecNote[] = []
  readonly #output: Record<1 | 2, Buffer[]> = { 1: [], 2: [] }
  readonly closed: Promise<number>
  readonly socket: WebSocket
  readonly connection: Socket

  constructor(open: Partial<ExecOpen>, bearer = token) {
    this.connection = connect({ port: arc.port, host: '127.0.0.1', noDelay: true })
    this.socket = new WebSocket(`${arc.origin.replace('http', 'ws')}/exec`, {
      headers: { authorization: `Bearer ${bearer}` },
      createConnection: () => this.connection,
    })
    this.closed = once(this.socket, 'close').then(([code]) => code as number)
    this.socket.on('error', () => undefined)
    this.socket.on('open', () => {
      // What a test sends at once goes in one segment with this.
      this.connection.cork()
      this.socket.send(JSON.stringify({ workspace: 'runs', command: [], tty: null, ...open }))
      process.nextTick(() => this.connection.uncork())
    })
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) this.#output[(data as Buffer)[0] === 2 ? 2 : 1].push((data as Buffer).subarray(1))
      else this.notes.push(JSON.parse(String(data)) as ExecNote)
    })
  }

  out(stream: 1 | 2 = 1): Buffer {
    return Buffer.concat(this.#output[stream])
  }
  async started(): Promise<void> {
    await vi.waitFor(() => expect(this.notes[0]).toEqual({ type: 'started' }), { timeout: 10_000 })
  }
  control(control: object): void {
    this.socket.send(JSON.stringify(control))
  }
  async exit(): Promise<number> {
    await this.closed
    const last = this.notes.at(-1)
    if (last?.type !== 'exit') throw new Error(JSON.stringify(this.notes))
    return last.code
  }
}

const alive = async (name: string, where = workspaceId) =>
  (await runInside(arc.engine, where, ['pgrep', '-f', name])).exitCode === 0

describe('a program in a workspace', () => {
  test('runs as its person in the project’s folder; output, errors and exit code come apart', async () => {
    const session = new Session({ command: ['sh', '-c', 'id -u; pwd; echo wrong >&2; exit 7'] })
    expect(await session.exit()).toBe(7)
    expect(session.out().toString()).toBe('1000\n/home/arc/project\n')
    expect(session.out(2).toString()).toBe('wrong\n')
  })

  test('its environment is that of the IDE’s terminal, and a login shell’s prompt says which workspace it is', async () => {
    const session = new Session({ command: ['sh', '-c', 'echo $ARCX_WORKSPACE $EDITOR; echo $PATH'] })
    expect(await session.exit()).toBe(0)
    expect(session.out().toString()).toBe('runs nano\n/home/arc/.local/bin:/usr/local/bin:/usr/bin:/bin\n')
    const shell = new Session({ command: [], tty: { columns: 91, rows: 33, type: 'dumb' } })
    await shell.started()
    shell.socket.send(Buffer.from('echo "path-$PATH"; exit\r'))
    expect(await shell.exit()).toBe(0)
    expect(shell.out().toString()).toContain('path-/home/arc/.local/bin:')
    expect(stripVTControlCharacters(shell.out().toString())).toMatch(/runs ~\/project \$ /)
  })

  test('its arguments arrive as they were written, and nothing else of what was asked gets into it', async () => {
    const odd = ['a b', "it's", '"q"', '$HOME', '; rm -rf /', '-n', 'ünï', '']
    const session = new Session({ command: ['printf', '<%s>', ...odd] })
    expect(await session.exit()).toBe(0)
    expect(session.out().toString()).toBe(odd.map((each) => `<${each}>`).join(''))
    const environment = new Session({ command: ['env'] })
    await environment.exit()
    const text = environment.out().toString()
    for (const secret of [token, arc.adminToken, arc.internalToken]) expect(text).not.toContain(secret)
  })

  test('10 MB of any bytes go in and come out unharmed', async () => {
    const bytes = randomBytes(10 * 2 ** 20)
    const session = new Session({ command: ['cat'] })
    await session.started()
    for (let at = 0; at < bytes.length; at += 60_000) session.socket.send(bytes.subarray(at, at + 60_000))
    session.control({ type: 'end' })
    expect(await session.exit()).toBe(0)
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex')
    expect(digest(session.out())).toBe(digest(bytes))
  })

  test.each([
    ['its input, and the end of it', ['wc', '-c'], [Buffer.from('hello'), '{"type":"end"}'], 0, '5\n'],
    ['a signal', ['sleep', '4001'], ['{"type":"signal","name":"KILL"}'], 137, ''],
  ] as const)('in one segment with the opening message: %s', async (_what, command, messages, code, output) => {
    const session = new Session({ command: [...command] })
    session.socket.once('open', () => {
      for (const message of messages) session.socket.send(message)
    })
    expect(await session.exit()).toBe(code)
    expect(session.out().toString()).toBe(output)
  })

  test('a client that does not read is not read ahead for: the program waits', async () => {
    const session = new Session({
      command: ['sh', '-c', 'yes | head -c 300000000 > /dev/stdout; echo done > /tmp/finished'],
    })
    await session.started()
    session.socket.pause()
    // It writes, and then sleeps over a write that does not end: its processor time stands still.
    const spent = async () =>
      (
        await runInside(arc.engine, workspaceId, [
          'sh',
          '-c',
          `awk '{ print $3, $14 + $15 }' "/proc/$(pgrep -x head)/stat"`,
        ])
      ).output.trim()
    const looks: string[] = []
    await vi.waitFor(
      async () => {
        looks.push(await spent())
        const last = looks.slice(-4)
        expect([last.length, new Set(last).size, last[0]]).toEqual([4, 1, expect.stringMatching(/^S \d+$/)])
      },
      { timeout: 20_000, interval: 100 },
    )
    expect((await runInside(arc.engine, workspaceId, ['test', '-e', '/tmp/finished'])).exitCode).toBe(1)
    session.socket.resume()
    expect(await session.exit()).toBe(0)
    expect(session.out().length).toBe(300_000_000)
  })

  test('with a terminal: its size, a change of it, and Ctrl-C', async () => {
    const session = new Session({ command: ['bash', '--norc'], tty: { columns: 91, rows: 33, type: 'xterm' } })
    await session.started()
    session.socket.send(Buffer.from('stty size; echo $TERM\r'))
    await vi.waitFor(() => expect(session.out().toString()).toMatch(/33 91\s+xterm/), { timeout: 10_000 })
    session.control({ type: 'resize', columns: 120, rows: 50 })
    await vi.waitFor(
      () => {
        session.socket.send(Buffer.from('stty size\r'))
        expect(session.out().toString()).toContain('50 120')
      },
      { timeout: 10_000, interval: 300 },
    )
    session.socket.send(Buffer.from('sleep 1000\r'))
    await vi.waitFor(async () => expect(await alive('sleep 1000')).toBe(true), { timeout: 10_000 })
    session.socket.send(Buffer.from('\u0003'))
    session.socket.send(Buffer.from('echo out-$((6*7))\r'))
    await vi.waitFor(() => expect(session.out().toString()).toContain('out-42'), { timeout: 10_000 })
    session.socket.send(Buffer.from('exit 3\r'))
    expect(await session.exit()).toBe(3)
  })

  test('a signal reaches it and what it has started', async () => {
    const session = new Session({ command: ['sh', '-c', 'setsid sleep 2001 & sleep 2002; wait'] })
    await session.started()
    await vi.waitFor(async () => expect(await alive('sleep 2001')).toBe(true), { timeout: 10_000 })
    session.control({ type: 'signal', name: 'TERM' })
    expect(await session.exit()).toBe(143)
    expect(await alive('sleep 200')).toBe(false)
  })

  test('when the client goes, the program goes, also one that does not want to', async () => {
    const session = new Session({ command: ['sh', '-c', "trap '' HUP TERM; while :; do sleep 3001; done"] })
    await session.started()
    await vi.waitFor(async () => expect(await alive('sleep 3001')).toBe(true), { timeout: 10_000 })
    session.socket.terminate()
    await vi.waitFor(async () => expect(await alive('sleep 3001')).toBe(false), { timeout: 15_000 })
  })

  test('it is over when it has ended, with all that it wrote, although what it started holds its output open', async () => {
    const session = new Session({
      command: [
        'sh',
        '-c',
        '(sleep 1.8; echo late > /tmp/outlives) & head -c 3000000 /dev/zero; echo done >&2; exit 5',
      ],
    })
    expect(await session.exit()).toBe(5)
    expect((await runInside(arc.engine, workspaceId, ['test', '-e', '/tmp/outlives'])).exitCode).toBe(1)
    expect([session.out().length, session.out(2).toString()]).toEqual([3_000_000, 'done\n'])
    await vi.waitFor(
      async () => expect((await runInside(arc.engine, workspaceId, ['test', '-e', '/tmp/outlives'])).exitCode).toBe(0),
      { timeout: 10_000 },
    )
  })

  test('it answers signals itself, and its exit code is its own', async () => {
    const session = new Session({
      command: ['sh', '-c', "trap 'echo tidied; exit 9' TERM; echo ready; while :; do sleep 0.1; done"],
    })
    await vi.waitFor(() => expect(session.out().toString()).toBe('ready\n'), { timeout: 10_000 })
    session.control({ type: 'signal', name: 'TERM' })
    expect(await session.exit()).toBe(9)
    expect(session.out().toString()).toBe('ready\ntidied\n')
    const killed = new Session({ command: ['sh', '-c', 'kill -SEGV $$'] })
    expect([await killed.exit(), killed.out(2).toString()]).toEqual([139, ''])
  })

  test.each(['', 'x', 'x\n', 'x\ny'])('at a terminal the end of input after %j ends what reads it', async (input) => {
    const session = new Session({
      command: ['sh', '-c', 'stty -echo; echo ready; cat'],
      tty: { columns: 80, rows: 24, type: 'xterm' },
    })
    await vi.waitFor(() => expect(session.out().toString()).toBe('ready\r\n'), { timeout: 10_000 })
    session.socket.send(Buffer.from(input))
    session.control({ type: 'end' })
    expect(await session.exit()).toBe(0)
    expect(session.out().toString()).toBe(`ready\r\n${input.replace('\n', '\r\n')}`)
  })

  test('one that is not there is 127, a folder that is not there 126', async () => {
    const session = new Session({ command: ['no-such-program'] })
    expect(await session.exit()).toBe(127)
    expect(session.out(2).toString()).toContain('no-such-program')
    expect(await new Session({ command: ['true'], directory: '/nowhere' }).exit()).toBe(126)
  })
})

describe('who may', () => {
  const refused = async (open: Partial<ExecOpen>, bearer: string) => {
    const session = new Session(open, bearer)
    await session.closed
    return session.notes[0]
  }

  test('a token without the scope is told which it takes; one for another workspace, a stranger’s and a viewer’s are refused', async () => {
    const [stranger, viewer] = await Promise.all([arc.person(), arc.person()])
    expect(await refused({ command: ['id'] }, await tokenOf(owner, ['workspaces:write']))).toMatchObject({
      type: 'refused',
      code: 'scope_missing',
    })
    expect(await refused({ command: ['id'] }, await tokenOf(stranger, ['workspaces:exec']))).toMatchObject({
      code: 'workspace_not_found',
    })
    const other = await owner.api.workspaces.create.mutate({ name: 'not-this' })
    expect(await refused({ command: ['id'] }, await tokenOf(owner, ['workspaces:exec'], [other.id]))).toMatchObject({
      code: 'workspace_not_found',
    })
    const { id: teamId } = await owner.api.teams.create.mutate({ name: 'exec-team' })
    await arc.prisma.membership.create({ data: { teamId, userId: viewer.userId, role: 'viewer' } })
    await arc.prisma.workspace.update({ where: { id: other.id }, data: { ownerId: null, teamId } })
    expect(
      await refused({ workspace: 'not-this', command: ['id'] }, await tokenOf(viewer, ['workspaces:exec'])),
    ).toMatchObject({ code: 'forbidden' })
  })

  test('a made-up token, and a cookie from another site’s page, get no handshake', async () => {
    const host = `localhost:${arc.port}`
    expect((await upgrade(arc.port, '/exec', { host, authorization: 'Bearer arcx_made-up' })).status).toBe(401)
    expect(
      (await upgrade(arc.port, '/exec', { host, cookie: owner.cookie, origin: 'http://runs.localhost' })).status,
    ).toBe(403)
    expect((await upgrade(arc.port, '/forward?workspace=runs&port=22', { host, cookie: owner.cookie })).status).toBe(
      403,
    )
    expect(
      (await upgrade(arc.port, '/exec', { host: `runs.localhost:${arc.port}`, authorization: `Bearer ${token}` }))
        .status,
    ).toBe(403)
  })

  test('nonsense is refused in words and harms nobody', async () => {
    for (const message of [
      '{',
      '[]',
      '{"workspace":1}',
      JSON.stringify({ workspace: 'runs', command: ['a\0b'], tty: null }),
      Buffer.from([1, 2]),
    ]) {
      const socket = new WebSocket(`${arc.origin.replace('http', 'ws')}/exec`, {
        headers: { authorization: `Bearer ${token}` },
      })
      await once(socket, 'open')
      const answer = once(socket, 'message')
      socket.send(message)
      expect(JSON.parse(String((await answer)[0]))).toMatchObject({ type: 'refused', code: 'message_invalid' })
      socket.terminate()
    }
    expect(await new Session({ command: ['true'] }).exit()).toBe(0)
  })

  test('revoking the token, and removing the member, end the program within 2 s', async () => {
    const member = await arc.person()
    const { id: teamId } = await owner.api.teams.create.mutate({ name: 'exec-crew' })
    await arc.prisma.membership.create({ data: { teamId, userId: member.userId, role: 'member' } })
    const shared = await createRunning(owner, 'exec-shared')
    await arc.prisma.workspace.update({ where: { id: shared.id }, data: { ownerId: null, teamId } })
    const made = await owner.api.tokens.create.mutate({ name: 'short', scopes: ['workspaces:exec'] })
    const revoked = new Session({ workspace: 'exec-shared', command: ['sleep', '1000'] }, made.token)
    const removed = new Session(
      { workspace: 'exec-shared', command: ['sleep', '1001'] },
      await tokenOf(member, ['workspaces:exec']),
    )
    await Promise.all([revoked.started(), removed.started()])
    await owner.api.tokens.revoke.mutate({ id: made.id })
    await vi.waitFor(() => expect(revoked.socket.readyState).toBe(WebSocket.CLOSED), { timeout: 2000 })
    expect(removed.socket.readyState).toBe(WebSocket.OPEN)
    await owner.api.teams.members.remove.mutate({ teamId, userId: member.userId })
    await vi.waitFor(() => expect(removed.socket.readyState).toBe(WebSocket.CLOSED), { timeout: 2000 })
  })

  test('suspending its person ends it too', async () => {
    const suspended = await arc.person()
    await createRunning(suspended, 'exec-suspended')
    const session = new Session(
      { workspace: 'exec-suspended', command: ['sleep', '1000'] },
      await tokenOf(suspended, ['workspaces:exec']),
    )
    await session.started()
    const headers = { authorization: `Bearer ${arc.adminToken}`, 'content-type': 'application/json' }
    expect(
      (
        await arc.send('/trpc/admin.users.suspend', {
          method: 'POST',
          headers,
          body: JSON.stringify({ userId: suspended.userId }),
        })
      ).status,
    ).toBe(200)
    await vi.waitFor(() => expect(session.socket.readyState).toBe(WebSocket.CLOSED), { timeout: 2000 })
  })

  test('in a workspace that is not running it says so; one that stops under it ends it', async () => {
    const resting = await createRunning(owner, 'comes-and-goes')
    const session = new Session({ workspace: 'comes-and-goes', command: ['sleep', '1000'] })
    // The engine says that it started before it has: one that is stopped in between is 126.
    await vi.waitFor(async () => expect(await alive('sleep 1000', resting.id)).toBe(true), { timeout: 10_000 })
    await owner.api.workspaces.stop.mutate({ workspaceId: resting.id })
    expect(await session.exit()).toBe(137)
    await untilState(owner, resting.id, 'stopped')
    expect(await refused({ workspace: 'comes-and-goes', command: ['id'] }, token)).toMatchObject({
      code: 'workspace_not_running',
    })
  })

  test('what is run is recorded, without its words', async () => {
    await new Session({ command: ['echo', 'my-password'] }).exit()
    const entries = await arc.prisma.auditEntry.findMany({
      where: { action: 'workspace.exec', targetId: workspaceId },
      omit: { id: true },
      orderBy: { id: 'asc' },
    })
    expect(entries.at(-1)).toMatchObject({ actorId: owner.userId, outcome: 'ok', targetName: 'runs' })
    expect(JSON.stringify(entries)).not.toContain('my-password')
    expect(await arc.log()).not.toContain('my-password')
  })
})

describe('a forwarded port', () => {
  const forward = (port: number, bearer = token) => {
    const socket = new WebSocket(`${arc.origin.replace('http', 'ws')}/forward?workspace=runs&port=${port}`, {
      headers: { authorization: `Bearer ${bearer}` },
    })
    socket.on('error', () => undefined)
    return socket
  }

  test('carries bytes both ways to what listens on its loopback address, alone or with others', async () => {
    await startInside(arc.engine, workspaceId, [
      'node',
      '-e',
      "require('node:net').createServer({allowHalfOpen:true}, (s) => s.pipe(s)).listen(7001, '127.0.0.1'); require('node:net').createServer({allowHalfOpen:true}, (s) => s.pipe(s)).listen(7002, '0.0.0.0')",
    ])
    await vi.waitFor(
      async () =>
        expect((await runInside(arc.engine, workspaceId, ['nc', '-z', '127.0.0.1', '7001'])).exitCode).toBe(0),
      { timeout: 10_000 },
    )
    for (const port of [7001, 7002]) {
      const bytes = randomBytes(3 * 2 ** 20)
      const socket = forward(port)
      const received: Buffer[] = []
      socket.on('message', (data) => received.push(data as Buffer))
      await once(socket, 'open')
      const closed = once(socket, 'close')
      for (let at = 0; at < bytes.length; at += 100_000) socket.send(bytes.subarray(at, at + 100_000))
      socket.send(Buffer.alloc(0))
      expect((await closed)[0]).toBe(1000)
      expect(Buffer.concat(received).equals(bytes)).toBe(true)
    }
  })

  test('where nothing listens it says so, and the supervisor’s and the host’s own are not to be had', async () => {
    const socket = forward(7999)
    const [data] = await once(socket, 'message')
    expect(JSON.parse(String(data))).toMatchObject({ type: 'refused', code: 'port_closed' })
    socket.terminate()
    expect(
      (
        await upgrade(arc.port, '/forward?workspace=runs&port=0', {
          host: `localhost:${arc.port}`,
          authorization: `Bearer ${token}`,
        })
      ).status,
    ).toBe(400)
    const stranger = await tokenOf(await arc.person(), ['workspaces:exec'])
    const refused = forward(7001, stranger)
    const [note] = await once(refused, 'message')
    expect(JSON.parse(String(note))).toMatchObject({ code: 'workspace_not_found' })
    refused.terminate()
  })
})
