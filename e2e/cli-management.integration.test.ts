import { randomBytes, randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openChannel } from '@arcx/service-kit/channel'
import { announceRecords } from '@arcx/proxy/egress/records/announcement'
import { Cli } from '@arcx/testing/cli'
import { testDirectory, testRun } from '@arcx/testing/run'
import { startWithCli } from './with-cli.ts'
import type { WithCli } from './with-cli.ts'

let all: WithCli
let arc: WithCli['arc']
let person: WithCli['person']
let cli: WithCli['cli']
let home: WithCli['home']
let said: WithCli['said']
let json: WithCli['json']

beforeAll(async () => {
  all = await startWithCli()
  ;({ arc, person, cli, home, said, json } = all)
})
afterAll(() => all?.arc.destroy())

test('teams and tokens', async () => {
  await said(['teams', 'create', 'cli-crew'])
  const invited = await cli.run(['teams', 'invite', 'cli-crew', '--role', 'viewer'])
  expect(invited.stderr).toContain('Sign-in with GitHub is not set up on this server')
  expect(invited.stderr).toContain(`${arc.origin}/docs/sign-in`)
  const link = invited.stdout.toString().trim()
  const other = await arc.person()
  const { token } = await other.api.tokens.create.mutate({ name: 'x', scopes: ['teams:write', 'workspaces:read'] })
  const theirs = ['--server', arc.origin, '--token', token]
  expect((await cli.run(['teams', 'join', link, ...theirs])).stdout.toString()).toBe('You are in cli-crew as viewer.\n')
  const name = (await other.api.auth.me.query())?.login ?? ''
  await said(['teams', 'role', 'cli-crew', name, 'member'])
  expect(await json(['teams', 'show', 'cli-crew'])).toMatchObject({
    members: [{ role: 'owner' }, { login: name, role: 'member' }],
  })
  await said(['create', 'of-the-crew', '--team', 'cli-crew'])
  expect((await cli.run(['ls', ...theirs])).stdout.toString()).toMatch(/of-the-crew\s+running\s+cli-crew/)
  await said(['teams', 'remove', 'cli-crew', name])
  expect((await cli.run(['ls', '--json', ...theirs])).stdout.toString()).toBe('[]\n')
  await said(['teams', 'delete', '-y', 'cli-crew'])

  const made = (
    await said(['tokens', 'create', 'from-cli', '--scope', 'workspaces:read', '--days', '3', '--workspace', 'box'])
  ).trim()
  expect(made).toMatch(/^arcx_/)
  expect((await cli.run(['ls', '--json', '--token', made])).stdout.toString()).toContain('box')
  await said(['tokens', 'revoke', 'from-cli'])
  expect((await cli.run(['ls', '--token', made])).code).toBe(3)
})

test('webhooks: made, tried, seen and deleted; deliveries of GitHub handled again by whoever runs the server', async () => {
  await said(['teams', 'create', 'hook-crew'])
  const { token } = await person.api.tokens.create.mutate({ name: 'hooks', scopes: ['secrets', 'teams:read'] })
  const withToken = ['--token', token]
  const ofTeam = ['--team', 'hook-crew', ...withToken]
  const add = ['webhooks', 'add', 'pager', 'https://192.0.2.1/hook', '--event']
  const refused = await cli.run([...add, 'workspace.failed', ...ofTeam])
  expect(refused.stderr).toContain('leads to a private address')
  expect(refused.code).not.toBe(0)
  add[3] = 'https://1.1.1.1/hook'
  expect((await cli.run([...add, 'no.such.event', ...ofTeam])).stderr).toContain('workspace.failed')
  expect((await cli.run([...add, 'workspace.failed', 'member.joined', ...ofTeam])).stdout.toString()).toMatch(
    /^whsec_\S+\n$/,
  )
  expect(await said(['webhooks', 'ls', ...ofTeam])).toMatch(/pager +plain +on +workspace\.failed,member\.joined/)
  expect(await said(['webhooks', 'ls', ...withToken])).toContain('There are no webhooks')
  await said(['webhooks', 'test', 'pager', ...ofTeam])
  const [delivery] = (await json(['webhooks', 'deliveries', 'pager', ...ofTeam])) as { id: string; event: string }[]
  expect(delivery?.event).toBe('test')
  const wrong = await cli.run(['webhooks', 'resend', '1', ...withToken])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('arcx webhooks deliveries NAME')])
  expect(await said(['webhooks', 'resend', delivery?.id ?? '', ...withToken])).toContain('on its way')
  expect((await cli.run(['webhooks', 'rm', 'pager', ...ofTeam])).stderr).toContain('--yes')
  await said(['webhooks', 'rm', '-y', 'pager', ...ofTeam])
  expect((await cli.run(['webhooks', 'test', 'pager', ...ofTeam])).code).toBe(5)

  const desk = new Cli(await testDirectory(testRun(), 'cli'), { ARCX_URL: arc.origin, ARC_ADMIN_TOKEN: arc.adminToken })
  const id = randomUUID()
  await arc.prisma.webhookDelivery.create({
    data: { id, source: 'github', deliveryId: id, event: 'ping', body: Buffer.from('{}'), outcome: 'failed' },
  })
  expect((await desk.run(['admin', 'webhooks', 'ls', '--outcome', 'failed'])).stdout.toString()).toMatch(
    /github +ping +failed/,
  )
  expect((await desk.run(['admin', 'webhooks', 'replay', id])).code).toBe(0)
  await vi.waitFor(
    async () => expect((await arc.prisma.webhookDelivery.findUnique({ where: { id } }))?.outcome).toBe('ignored'),
    { timeout: 20_000 },
  )
})

test('arcx admin: the server’s own token, the record checked there and elsewhere, and a cut or changed one told', async () => {
  const desk = new Cli(await testDirectory(testRun(), 'cli'), { ARCX_URL: arc.origin, ARC_ADMIN_TOKEN: arc.adminToken })
  expect((await desk.run(['admin', 'overview'])).stdout.toString()).toMatch(/^people +\d+ active/)
  expect((await desk.run(['admin', 'workspaces', 'box'])).stdout.toString()).toMatch(/box +running +person-/)
  expect((await cli.run(['admin', 'overview'])).code).toBe(4)
  expect((await desk.run(['admin', 'audit', 'verify'])).stdout.toString()).toMatch(/^The record is whole: \d+ lines\./)
  const file = join(home, 'audit.jsonl')
  writeFileSync(file, (await desk.run(['admin', 'audit', 'export'])).stdout)
  // The head of what was exported: the server's own has grown since.
  const { head } = JSON.parse((await desk.run(['admin', 'audit', 'verify', file, '--json'])).stdout.toString()) as {
    head: string
  }
  expect(await desk.run(['admin', 'audit', 'verify', '--head', head, file])).toMatchObject({ code: 0, stderr: '' })
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  writeFileSync(file, lines.with(3, (lines[3] ?? '').replace('"ok"', '"OK"').replace('refused', 'allowed')).join('\n'))
  expect(await desk.run(['admin', 'audit', 'verify', file])).toMatchObject({
    code: 1,
    stderr: 'arcx: The record is broken at line 4: it was changed.\n',
  })
  expect((await desk.run(['admin', 'audit', 'verify', '-'], lines.toSpliced(5, 1).join('\n'))).stderr).toContain(
    'broken at line 7: a line before it is missing',
  )
  expect(
    (await desk.run(['admin', 'audit', 'verify', '--head', head, '-'], lines.slice(0, -1).join('\n'))).stderr,
  ).toContain('ends at another line')
  const csv = (await desk.run(['admin', 'audit', 'export', '--csv'])).stdout.toString()
  expect(csv).toMatch(/^id,at,/)
  expect((await desk.run(['admin', 'audit', 'verify', '--token', 'arcx_wrong'])).code).toBe(3)
})

test('secrets: the value comes from standard input, is shown by nothing, and its placeholder is told', async () => {
  const { token } = await person.api.tokens.create.mutate({ name: 'keys', scopes: ['secrets', 'workspaces:read'] })
  const value = 'sk_live_abcdefghijklmnopqrstuvwx'
  const keeper = ['--server', arc.origin, '--token', token]
  const set = await cli.run(['secrets', 'set', 'API_KEY', '--host', 'api.example.com', ...keeper], `${value}\n`)
  expect(set.code).toBe(0)
  expect(set.stdout.toString()).toMatch(
    /^API_KEY is saved\. Workspaces find sk_live_\w+ in its place, those that are running after a restart; /,
  )
  const listed = await cli.run(['secrets', 'ls', ...keeper])
  expect(listed.stdout.toString()).toMatch(/API_KEY +sk_live_\w+ +api\.example\.com/)
  expect(set.stdout.toString() + listed.stdout.toString()).not.toContain(value)
  expect((await cli.run(['secrets', 'set', 'PATH', '--host', 'api.example.com', ...keeper], value)).stderr).toContain(
    'decides how programs run',
  )
  expect(
    (
      await cli.run([
        'secrets',
        'grant',
        'API_KEY',
        '--host',
        'api.example.com',
        '*.example.org',
        '--in',
        'header',
        ...keeper,
      ])
    ).stdout.toString(),
  ).toBe('API_KEY may go to api.example.com, *.example.org, in header, from the next request on.\n')
  expect(
    (await cli.run(['secrets', 'set', 'API_KEY', '--host', 'api.example.com', '--workspace', 'box', ...keeper], value))
      .code,
  ).toBe(0)
  expect(
    JSON.parse((await cli.run(['secrets', 'ls', '--workspace', 'box', '--json', ...keeper])).stdout.toString()),
  ).toMatchObject([{ name: 'API_KEY', places: [] }])
  const unasked = await cli.run(['secrets', 'rm', 'API_KEY', ...keeper])
  expect([unasked.code, unasked.stderr.toString()]).toEqual([2, expect.stringContaining('--yes')])
  expect((await cli.run(['secrets', 'rm', '--yes', 'API_KEY', ...keeper])).code).toBe(0)
  expect(await cli.run(['secrets', 'rm', '--force', 'API_KEY', '--workspace', 'box', ...keeper])).toMatchObject({
    code: 0,
  })
  expect(await cli.run(['secrets', 'rm', '-y', 'API_KEY', '--workspace', 'box', ...keeper])).toMatchObject({
    code: 5,
    stderr: 'arcx: No such secret: API_KEY. List them with: arcx secrets ls --workspace box\n',
  })
  expect(await said(['egress', 'box'])).toBe('No requests yet.\n')
})

test('egress: calls by outcome and host, and on as they come', async () => {
  const { id: workspaceId } = await person.api.workspaces.get.query({ name: 'box' })
  const call = (path: string, outcome: string, host = 'api.example.com') =>
    arc.prisma.egressRecord.create({
      data: {
        id: randomUUID(),
        workspaceId,
        at: new Date(),
        method: 'GET',
        scheme: 'https',
        host,
        port: 443,
        path,
        outcome,
        status: 200,
        bytesUp: 1,
        bytesDown: 2,
        durationMs: 3,
        secrets: ['API_KEY'],
        scrubbed: 1,
        redacted: { 'github-pat': 2 },
      },
    })
  await call('/passed', 'passed')
  await call('/cut', 'cut:host_refused', 'other.example.com')
  expect(await said(['egress', 'box'])).toMatch(
    /GET +https:\/\/other\.example\.com\/cut +Cut off: Host blocked +API_KEY +1, 2 github-pat\n.*\/passed +200/,
  )
  expect(await said(['egress', 'box', '--refused'])).not.toContain('/passed')
  expect(await said(['egress', 'box', '--host', 'api.'])).not.toContain('/cut')
  const following = cli.start(['egress', 'box', '--follow'])
  let seen = ''
  following.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  await vi.waitFor(() => expect(seen).toContain('/cut'), { timeout: 10_000 })
  await call('/later', 'passed')
  // As arc-proxy says it.
  const channel = await openChannel(arc.natsUrl, pino({ level: 'silent' }))
  onTestFinished(() => channel.close())
  const { id } = await arc.prisma.egressRecord.findFirstOrThrow({ where: { path: '/later' } })
  announceRecords(channel, [{ id, workspaceId }])
  await vi.waitFor(() => expect(seen).toContain('/later'), { timeout: 10_000 })
  expect(seen.split('/passed')).toHaveLength(2)
  following.kill('SIGINT')
})

test.for([
  [['egress', 'box', '--limit', 'many'], '--limit is a number from 1 to 500, not “many”.'],
  [['history', 'box', '--limit', '501'], '--limit is a number from 1 to 500, not “501”.'],
  [['tokens', 'create', 'short', '--days=-1'], '--days is a number from 0 to 366, not “-1”.'],
  [['admin', 'invite', '--uses', '1e3'], '--uses is a number from 1 to 10000, not “1e3”.'],
  [['admin', 'invite', '--days', ''], '--days is a number from 1 to 365, not “”.'],
] as const)('a number that is none, or too large, is told in plain words: %j', async ([args, words]) => {
  const { code, stderr } = await cli.run([...args, '--json'])
  expect({ code, error: JSON.parse(stderr.toString()) as unknown }).toEqual({
    code: 2,
    error: { error: { code: 'usage', message: words } },
  })
})

test.for([
  ['exec', '(see arcx exec --help)'],
  ['cp', '(see arcx cp --help)'],
  ['secrets set', '(see arcx secrets set --help)'],
])('a wrong use of %s names its own help', async ([command, hint]) => {
  const { code, stderr } = await cli.run([...(command ?? '').split(' '), '--nonsense'])
  expect(code).toBe(2)
  expect(stderr).toContain(hint)
})

test('a server that is not there is told before anything is opened', async () => {
  const { code, stderr } = await cli.run(['login', '--no-browser', 'http://127.0.0.1:9'])
  expect(code).toBe(8)
  expect(stderr).toMatch(/cannot be reached/)
  expect(stderr).not.toContain('/authorize')
})

test('whoever may not administer is told what to use', async () => {
  const role = (to: 'admin' | 'member') => arc.prisma.user.update({ where: { id: person.userId }, data: { role: to } })
  // An admin, with a token that is not for that, as login makes one.
  await role('admin')
  const { code, stderr } = await cli.run(['admin', 'overview'])
  await role('member')
  expect(code).toBe(4)
  expect(stderr).toContain('npm run -s arcx-admin -- COMMAND')
  expect(stderr).toContain('ARC_ADMIN_TOKEN')
})

test('rules: what is named changes, what is not stays, for oneself and for one workspace', async () => {
  const { token } = await person.api.tokens.create.mutate({ name: 'rules', scopes: ['secrets', 'workspaces:read'] })
  const keeper = ['--json', '--server', arc.origin, '--token', token]
  const run = async (...args: string[]) =>
    JSON.parse((await cli.run(['rules', ...args, ...keeper])).stdout.toString()) as unknown
  await run(
    'set',
    '--closed',
    '--allow',
    'preset:packages',
    'api.example.com',
    '--limit',
    'api.example.com=60/min',
    '*=500MB/h',
  )
  expect(await run('set', '--deny', 'bad.example.com', '--found', 'redact')).toEqual({
    fallback: 'closed',
    allow: ['preset:packages', 'api.example.com'],
    deny: ['bad.example.com'],
    limits: [
      { host: 'api.example.com', requestsPerMinute: 60, megabytesPerHour: null },
      { host: '*', requestsPerMinute: null, megabytesPerHour: 500 },
    ],
    found: 'redact',
    pasted: 'refuse',
  })
  expect(await run('show', '--workspace', 'box')).toMatchObject({ fallback: 'open', allow: [], limits: [] })
  expect(await run('set', '--open', '--allow', 'none', '--limit', 'none')).toMatchObject({
    fallback: 'open',
    allow: [],
    limits: [],
    deny: ['bad.example.com'],
  })
  expect((await cli.run(['rules', 'set', '--limit', 'x=1', ...keeper])).code).toBe(2)
})

test('scan finds credentials in files, shows none of them whole, and stops a hook; lines of JSON go in and out', async () => {
  const here = await testDirectory(testRun(), 'scan')
  mkdirSync(join(here, 'src/node_modules'), { recursive: true })
  const token = `ghp_${randomBytes(18).toString('hex')}`
  writeFileSync(join(here, 'src/config.js'), `const a = 1\nconst token = "${token}"\n`)
  writeFileSync(join(here, 'src/node_modules/lib.js'), `"${token}"`)
  writeFileSync(join(here, 'src/binary'), Buffer.from(`\0${token}`))
  const found = await cli.run(['scan', here])
  expect(found.code).toBe(1)
  expect(found.stdout.toString()).toBe(`${join(here, 'src/config.js')}:2:16  github-pat  ghp_…\n`)
  expect((await cli.run(['scan', join(here, 'src/node_modules')])).code).toBe(1)
  writeFileSync(join(here, 'src/config.js'), 'const a = 1\n')
  expect(await cli.run(['scan', here])).toMatchObject({ code: 0, stdout: Buffer.from('Nothing found in 2 files.\n') })
  const lines = await cli.run(
    ['scan', '--json-lines'],
    `${JSON.stringify({ text: `x ${token} y` })}\n${JSON.stringify({ text: 'nothing' })}\n`,
  )
  expect(lines.stdout.toString()).toBe(
    `{"findings":[{"rule":"github-pat","start":2,"end":${2 + token.length}}]}\n{"findings":[]}\n`,
  )
  expect((await cli.run(['scan', '--json-lines'], 'nonsense\n')).code).toBe(6)
})

test('completion tells a shell every command and option', async () => {
  expect(await said(['completion', 'bash'])).toContain('arcx')
  expect(await said(['complete', '--', ''])).toMatch(/port-forward/)
  expect(await said(['complete', '--', 'create', '--'])).toMatch(/--team/)
})

test('the file that the server hands out is the whole CLI', async () => {
  const answer = await arc.send('/cli/arcx.mjs')
  expect(answer.status).toBe(200)
  // As the reference says to put it: without an ending, and run by whatever Node this machine has.
  const file = join(home, 'arcx')
  writeFileSync(file, answer.body, { mode: 0o755 })
  const out = execFileSync(file, ['ls', '--json'], { env: cli.environment }).toString()
  expect(JSON.parse(out)).toMatchObject([{ name: 'box' }])
})
