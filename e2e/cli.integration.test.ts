import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Cli } from '@arcx/testing/cli'
import { createRunning, runInside, startInside, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import type { Workspace } from '@arcx/router'
import { openBrowser } from './browser.ts'

let arc: TestOrchestrator
let browser: Browser
let person: Person
let login: string
let cli: Cli
let home: string
let box: Workspace

beforeAll(async () => {
  ;[arc, browser, home] = await Promise.all([startTestOrchestrator(), openBrowser(), testDirectory(testRun(), 'cli')])
  person = await arc.person()
  login = (await person.api.auth.me.query())?.login ?? ''
  cli = new Cli(home)
  box = await createRunning(person, 'box')
  const { token } = await person.api.tokens.create.mutate({ name: 'tests', scopes: ['workspaces:read', 'workspaces:write', 'workspaces:exec', 'teams:write', 'tokens'] })
  expect(await cli.run(['login', arc.origin, '--token', '-'], token)).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

const said = async (args: readonly string[], input?: string) => {
  const { code, stdout, stderr } = await cli.run(args, input)
  expect(`${code} ${stderr}`).toMatch(/^0 /)
  return stdout.toString()
}
const json = async (args: readonly string[]) => JSON.parse(await said([...args, '--json'])) as never
const credentials = (of: string) => JSON.parse(readFileSync(join(of, '.config/arcx/credentials.json'), 'utf8')) as { servers: Record<string, { token: string }> }

async function browserOf(who: Person) {
  const context = await browser.newContext()
  const [name = '', value = ''] = who.cookie.split('=')
  await context.addCookies([{ name, value, url: arc.origin }])
  return context
}

describe('signing in', () => {
  test('through the browser on this machine: allow there, and the CLI has a token; logout ends it', async () => {
    const own = new Cli(await testDirectory(testRun(), 'cli'))
    const child = own.start(['login', arc.origin, '--no-browser'])
    const out = text(child.stdout)
    const url = await new Promise<string>((resolve) => {
      let seen = ''
      child.stderr.on('data', (chunk: Buffer) => {
        seen += chunk.toString()
        const found = /http:\/\/\S+\/authorize\S+/.exec(seen)?.[0]
        if (found !== undefined) resolve(found)
      })
    })
    const context = await browserOf(person)
    const page = await context.newPage()
    await page.goto(url)
    await page.getByRole('heading', { name: /^Let arcx CLI of .* act for you\?$/ }).waitFor()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'Signed in' }).waitFor()
    expect(await out).toBe(`Signed in to ${arc.origin} as ${login}.\n`)
    await context.close()
    const file = join(own.environment['HOME'] ?? '', '.config/arcx/credentials.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const token = credentials(own.environment['HOME'] ?? '').servers[arc.origin]?.token ?? ''
    expect((await own.run(['whoami', '--json'])).stdout.toString()).toContain(login)
    expect((await own.run(['logout'])).code).toBe(0)
    expect((await arc.send('/trpc/workspaces.list', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
    expect((await own.run(['whoami'])).code).toBe(3)
  })

  test('with a code that is typed in a browser elsewhere; refused there, the CLI says so', async () => {
    for (const [button, code] of [['Allow', 0], ['Refuse', 3]] as const) {
      const own = new Cli(await testDirectory(testRun(), 'cli'))
      const child = own.start(['login', arc.origin, '--device', '--no-browser'])
      const shown = new Promise<string>((resolve) => {
        let seen = ''
        child.stderr.on('data', (chunk: Buffer) => {
          seen += chunk.toString()
          const found = /Your code: (\S+)/.exec(seen)?.[1]
          if (found !== undefined) resolve(found)
        })
      })
      const context = await browserOf(person)
      const page = await context.newPage()
      await page.goto(`${arc.origin}/authorize`)
      await page.getByLabel('The code that it shows').fill((await shown).toLowerCase())
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByRole('button', { name: button }).click()
      const [exitCode] = (await once(child, 'close')) as [number]
      expect(exitCode).toBe(code)
      await context.close()
    }
  })

  test('a callback with another state, and a code without its verifier, give nothing', async () => {
    const { url } = await person.api.programs.authorize.mutate({ clientName: 'x', port: 5000, state: 's'.repeat(32), challenge: 'c'.repeat(43) })
    const code = new URL(url).searchParams.get('code') ?? ''
    const exchange = () => arc.send('/trpc/programs.exchange', { method: 'POST', headers: { 'content-type': 'application/json', origin: arc.origin }, body: JSON.stringify({ code, verifier: 'v'.repeat(43) }) })
    expect((await exchange()).status).toBe(401)
    // Tried once, it is spent, whoever comes with the right one.
    expect((await exchange()).status).toBe(401)
    expect(new URL(url).hostname).toBe('127.0.0.1')
  })
})

describe('workspaces', () => {
  test('create with progress, ls, stop, start, rename, rm; results as JSON where asked for', async () => {
    const created = await cli.run(['create', 'from-cli'])
    expect(created.code).toBe(0)
    expect(created.stdout.toString()).toMatch(/^from-cli is ready: http:\/\/from-cli\./)
    expect(created.stderr).toMatch(/from-cli: /)
    expect(await json(['ls'])).toMatchObject([{ name: 'box', state: 'running' }, { name: 'from-cli', state: 'running' }])
    expect(await said(['ls'])).toMatch(/NAME\s+STATE\s+TEAM\s+USED\s+ADDRESS\nbox\s+running/)
    expect(await said(['stop', 'from-cli'])).toBe('from-cli is stopped\n')
    expect(await json(['start', 'from-cli'])).toMatchObject({ state: 'running' })
    await said(['rename', 'from-cli', 'renamed-cli'])
    expect((await cli.run(['rm', 'renamed-cli'])).code).toBe(2)
    expect(await said(['rm', '--force', 'renamed-cli'])).toBe('renamed-cli is deleted.\n')
    expect(await json(['ls'])).toHaveLength(1)
  })

  test('open starts one that rests and tells its address', async () => {
    await said(['create', 'sleepy', '--no-wait'])
    await said(['stop', 'sleepy'])
    expect(await said(['open', 'sleepy', '--no-browser'])).toBe(`http://sleepy.localhost:${arc.port}\n`)
    expect(await json(['ls'])).toMatchObject([{ name: 'box' }, { name: 'sleepy', state: 'running' }])
    await said(['rm', '-f', 'sleepy'])
  })

  test('logs end with what there is, and follow until they are stopped', async () => {
    expect(await said(['logs', 'box'])).toMatch(/HTTP server listening|code-server/i)
    const child = cli.start(['logs', '-f', 'box', '--json'])
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
    expect(JSON.parse(chunk.toString().split('\n')[0] ?? '')).toHaveProperty('text')
    expect(child.exitCode).toBeNull()
    child.kill('SIGKILL')
  })

  test('what goes wrong has words, a code and an exit code of its own', async () => {
    expect(await cli.run(['start', 'no-such'])).toMatchObject({ code: 5, stderr: 'arcx: There is no such workspace, or it is not yours.\n' })
    const taken = await cli.run(['create', 'box', '--json'])
    expect(taken.code).toBe(6)
    expect(JSON.parse(taken.stderr)).toMatchObject({ error: { code: 'workspace_name_taken' } })
    expect((await cli.run(['nonsense'])).code).toBe(2)
    expect((await cli.run(['ls', '--server', 'http://127.0.0.1:1'])).code).toBe(3)
    expect((await cli.run(['ls', '--server', 'http://127.0.0.1:1', '--token', 'x'])).code).toBe(8)
    expect((await cli.run(['ls', '--token', 'arcx_wrong'])).code).toBe(3)
    const narrow = await person.api.tokens.create.mutate({ name: 'narrow', scopes: ['workspaces:read'] })
    expect((await cli.run(['create', 'not-allowed', '--token', narrow.token])).code).toBe(4)
    expect((await cli.run(['exec', '--no-start', 'box', 'true', '--token', narrow.token])).code).not.toBe(4)
  })
})

describe('exec', () => {
  test('passes exit codes, both outputs, and what is piped in, 10 MB of any bytes unharmed', async () => {
    expect(await cli.run(['exec', 'box', 'sh', '-c', 'echo out; echo err >&2; exit 42'])).toEqual({ code: 42, stdout: Buffer.from('out\n'), stderr: 'err\n' })
    const bytes = randomBytes(10 * 2 ** 20)
    const piped = await cli.run(['exec', 'box', 'cat'], bytes)
    expect(piped.code).toBe(0)
    expect(createHash('sha256').update(piped.stdout).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(await cli.run(['exec', 'box', '--', 'ls', '-d', '/', '--json'])).toMatchObject({ code: 2 })
    expect((await cli.run(['exec', '-w', '/tmp', 'box', 'pwd'])).stdout.toString()).toBe('/tmp\n')
  })

  test('a program that cannot be run is 125, with why', async () => {
    expect(await cli.run(['exec', 'no-such', 'true'])).toMatchObject({ code: 125 })
    expect(await cli.run(['exec', 'box', 'true', '--no-such-option'])).toMatchObject({ code: 0 })
  })

  test('Ctrl-C to it without a terminal stops the program in the workspace', async () => {
    const child = cli.start(['exec', 'box', 'sleep', '4001'])
    const running = async () => (await runInside(arc.engine, box.id, ['pgrep', '-f', 'sleep 4001'])).exitCode === 0
    await vi.waitFor(async () => expect(await running()).toBe(true), { timeout: 15_000 })
    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(130)
    expect(await running()).toBe(false)
  })

  test('shell is a real terminal: size, resize, Ctrl-C, and the exit code', async () => {
    const child = cli.startOnTerminal(['shell', 'box'])
    let seen = ''
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    const sees = (pattern: RegExp) => vi.waitFor(() => expect(seen).toMatch(pattern), { timeout: 20_000 })
    await sees(/\$ $/)
    child.stdin.write('tty; stty size\r')
    await sees(/\/dev\/pts\/\d+\s+\d+ \d+/)
    // The terminal that script(1) has made, as the window's owner would resize it.
    const below = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g)?.flatMap((each) => [Number(each), ...below(Number(each))]) ?? []
    let rows = 44
    await vi.waitFor(
      () => {
        // Another size each time: a window that stays as it is tells nobody.
        rows = rows === 44 ? 45 : 44
        execFileSync('stty', ['-F', `/proc/${below(child.pid ?? 0).at(-1)}/fd/0`, 'cols', '111', 'rows', String(rows)])
        child.stdin.write('stty size\r')
        expect(seen).toMatch(/4[45] 111/)
      },
      { timeout: 20_000, interval: 500 },
    )
    child.stdin.write('sleep 4002\r')
    await vi.waitFor(async () => expect((await runInside(arc.engine, box.id, ['pgrep', '-f', 'sleep 4002'])).exitCode).toBe(0), { timeout: 10_000 })
    child.stdin.write('\u0003')
    child.stdin.write('echo still-$((40+2))\r')
    await sees(/still-42/)
    child.stdin.write('exit 9\r')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(9)
  })

  test('starts a workspace that rests, and with --no-start does not', async () => {
    await said(['stop', 'box'])
    expect((await cli.run(['exec', '--no-start', 'box', 'true'])).code).toBe(125)
    expect(await cli.run(['exec', 'box', 'echo', 'awake'])).toMatchObject({ code: 0, stdout: Buffer.from('awake\n') })
    box = await person.api.workspaces.get.query({ workspaceId: box.id })
  })
})

describe('cp', () => {
  test('takes files and folders there and back, with their bits and links, under their own name or another', async () => {
    const here = await testDirectory(testRun(), 'cp')
    mkdirSync(join(here, 'tree/deep'), { recursive: true })
    writeFileSync(join(here, 'tree/deep/bytes'), randomBytes(300_000))
    writeFileSync(join(here, 'tree/run.sh'), '#!/bin/sh\necho ran\n', { mode: 0o755 })
    symlinkSync('run.sh', join(here, 'tree/link'))
    expect(await cli.run(['cp', join(here, 'tree'), 'box:'])).toMatchObject({ code: 0, stderr: '' })
    expect((await cli.run(['exec', 'box', './tree/link'])).stdout.toString()).toBe('ran\n')
    expect(await cli.run(['cp', join(here, 'tree/run.sh'), 'box:~/other name.sh'])).toMatchObject({ code: 0 })
    expect((await cli.run(['exec', 'box', '/home/arc/other name.sh'])).stdout.toString()).toBe('ran\n')
    expect(await cli.run(['cp', 'box:tree', join(here, 'back')])).toMatchObject({ code: 0 })
    expect(readFileSync(join(here, 'back/deep/bytes')).equals(readFileSync(join(here, 'tree/deep/bytes')))).toBe(true)
    expect(statSync(join(here, 'back/run.sh')).mode & 0o111).not.toBe(0)
    mkdirSync(join(here, 'into'))
    expect(await cli.run(['cp', 'box:tree/run.sh', join(here, 'into')])).toMatchObject({ code: 0 })
    expect(readdirSync(join(here, 'into'))).toEqual(['run.sh'])
  })

  test('what is not there is said, on either side', async () => {
    expect(await cli.run(['cp', 'box:no-such', home])).toMatchObject({ code: 1, stderr: 'arcx: There is no no-such in the workspace.\n' })
    expect(await cli.run(['cp', './no-such', 'box:'])).toMatchObject({ code: 5 })
    expect(await cli.run(['cp', './a', './b'])).toMatchObject({ code: 2 })
  })

  test('Kubernetes CVE-2018-1002100, CVE-2019-1002101: a workspace’s own tar writes nothing outside the folder meant', async () => {
    const here = await testDirectory(testRun(), 'cp')
    mkdirSync(join(here, 'meant'))
    // A hostile `tar` first in the PATH of every program there: a link out, a file behind it, and `..`.
    const evil = `import sys, tarfile, io
archive = tarfile.open(fileobj=sys.stdout.buffer, mode='w|')
def put(name, kind=tarfile.REGTYPE, link=''):
    info = tarfile.TarInfo(name); info.type = kind; info.linkname = link
    data = b'' if kind != tarfile.REGTYPE else b'planted'
    info.size = len(data); archive.addfile(info, io.BytesIO(data))
put('thing', tarfile.DIRTYPE)
put('../../escaped')
put('/tmp/arcx-escaped')
put('thing/out', tarfile.SYMTYPE, '${here}')
put('thing/out/through')
put('thing/ok')
archive.close()`
    await runInside(arc.engine, box.id, ['sh', '-c', 'mkdir -p ~/evil && printf "%s" "$1" > ~/evil/evil.py && printf "#!/bin/sh\\nexec python3 /home/arc/evil/evil.py\\n" > ~/evil/tar && chmod +x ~/evil/tar && echo made > ~/project/thing', 'sh', evil])
    // Where the person's shell says so, a workspace decides which tar runs: as if it had been replaced.
    await runInside(arc.engine, box.id, ['cp', '/home/arc/evil/tar', '/usr/bin/tar'], '0:0')
    await cli.run(['cp', 'box:thing', join(here, 'meant/it')])
    expect(readdirSync(here)).toEqual(['meant'])
    expect(existsSync(join(home, 'escaped'))).toBe(false)
    expect(existsSync('/tmp/arcx-escaped')).toBe(false)
    for (const name of readdirSync(join(here, 'meant'))) expect(name).toBe('it')
  })
})

test('port-forward carries connections to a program there, several ports at once', async () => {
  await startInside(arc.engine, box.id, ['python3', '-m', 'http.server', '8123', '--bind', '127.0.0.1'])
  const child = cli.start(['port-forward', 'box', '0:8123', '0:8124', '--json'])
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  await vi.waitFor(() => expect(seen.trim().split('\n')).toHaveLength(2), { timeout: 15_000 })
  const [first, second] = seen.trim().split('\n').map((line) => JSON.parse(line) as { local: number })
  await vi.waitFor(async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`http://127.0.0.1:${first?.local}/`).then((answer) => answer.text())))
    for (const answer of answers) expect(answer).toContain('Directory listing')
  }, { timeout: 15_000 })
  const refused = connect(second?.local ?? 0, '127.0.0.1')
  refused.on('error', () => undefined)
  await new Promise((resolve) => refused.once('close', resolve))
  expect(child.exitCode).toBeNull()
  child.kill('SIGINT')
  expect((await once(child, 'close'))[0]).toBe(0)
})

test('teams and tokens', async () => {
  await said(['teams', 'create', 'cli-crew'])
  const link = (await said(['teams', 'invite', 'cli-crew', '--role', 'viewer'])).trim()
  const other = await arc.person()
  const { token } = await other.api.tokens.create.mutate({ name: 'x', scopes: ['teams:write', 'workspaces:read'] })
  const theirs = ['--server', arc.origin, '--token', token]
  expect((await cli.run(['teams', 'join', link, ...theirs])).stdout.toString()).toBe('You are in cli-crew as viewer.\n')
  const name = (await other.api.auth.me.query())?.login ?? ''
  await said(['teams', 'role', 'cli-crew', name, 'member'])
  expect(await json(['teams', 'show', 'cli-crew'])).toMatchObject({ members: [{ role: 'owner' }, { login: name, role: 'member' }] })
  await said(['create', 'of-the-crew', '--team', 'cli-crew'])
  expect((await cli.run(['ls', ...theirs])).stdout.toString()).toMatch(/of-the-crew\s+running\s+cli-crew/)
  await said(['teams', 'remove', 'cli-crew', name])
  expect((await cli.run(['ls', '--json', ...theirs])).stdout.toString()).toBe('[]\n')
  await said(['teams', 'delete', '--force', 'cli-crew'])

  const made = (await said(['tokens', 'create', 'from-cli', '--scope', 'workspaces:read', '--days', '3', '--workspace', 'box'])).trim()
  expect(made).toMatch(/^arcx_/)
  expect((await cli.run(['ls', '--json', '--token', made])).stdout.toString()).toContain('box')
  await said(['tokens', 'revoke', 'from-cli'])
  expect((await cli.run(['ls', '--token', made])).code).toBe(3)
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
  const { head } = JSON.parse((await desk.run(['admin', 'audit', 'verify', file, '--json'])).stdout.toString()) as { head: string }
  expect(await desk.run(['admin', 'audit', 'verify', '--head', head, file])).toMatchObject({ code: 0, stderr: '' })
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  writeFileSync(file, lines.with(3, (lines[3] ?? '').replace('"ok"', '"OK"').replace('refused', 'allowed')).join('\n'))
  expect(await desk.run(['admin', 'audit', 'verify', file])).toMatchObject({ code: 1, stderr: 'arcx: The record is broken at line 4: it was changed.\n' })
  expect((await desk.run(['admin', 'audit', 'verify', '-'], lines.toSpliced(5, 1).join('\n'))).stderr).toContain('broken at line 7: a line before it is missing')
  expect((await desk.run(['admin', 'audit', 'verify', '--head', head, '-'], lines.slice(0, -1).join('\n'))).stderr).toContain('ends at another line')
  const csv = (await desk.run(['admin', 'audit', 'export', '--csv'])).stdout.toString()
  expect(csv).toMatch(/^id,at,/)
  expect((await desk.run(['admin', 'audit', 'verify', '--token', 'arcx_wrong'])).code).toBe(3)
})

test('secrets: the value comes from standard input, is shown by nothing, and its placeholder is told', async () => {
  const { token } = await person.api.tokens.create.mutate({ name: 'keys', scopes: ['secrets', 'workspaces:read'] })
  const value = 'sk-live-abcdefghijklmnopqrstuvwx'
  const keeper = ['--server', arc.origin, '--token', token]
  const set = await cli.run(['secrets', 'set', 'API_KEY', '--host', 'api.example.com', ...keeper], `${value}\n`)
  expect(set.code).toBe(0)
  expect(set.stdout.toString()).toMatch(/^API_KEY is kept\. Workspaces see sk-live-\w+; /)
  const listed = await cli.run(['secrets', 'ls', ...keeper])
  expect(listed.stdout.toString()).toMatch(/API_KEY +sk-live-\w+ +api\.example\.com/)
  expect(set.stdout.toString() + listed.stdout.toString()).not.toContain(value)
  expect((await cli.run(['secrets', 'set', 'PATH', '--host', 'api.example.com', ...keeper], value)).stderr).toContain('decides how programs run')
  expect((await cli.run(['secrets', 'grant', 'API_KEY', '--host', 'api.example.com', '*.example.org', '--in', 'header', ...keeper])).stdout.toString()).toBe('API_KEY may go to api.example.com, *.example.org, in header, from the next request on.\n')
  expect((await cli.run(['secrets', 'set', 'API_KEY', '--host', 'api.example.com', '--workspace', 'box', ...keeper], value)).code).toBe(0)
  expect(JSON.parse((await cli.run(['secrets', 'ls', '--workspace', 'box', '--json', ...keeper])).stdout.toString())).toMatchObject([{ name: 'API_KEY', places: [] }])
  expect((await cli.run(['secrets', 'rm', 'API_KEY', ...keeper])).code).toBe(0)
  expect((await cli.run(['secrets', 'rm', 'API_KEY', ...keeper])).code).toBe(5)
  expect(await said(['egress', 'box'])).toBe('It has called nothing yet.\n')
})

test('rules: what is named changes, what is not stays, for oneself and for one workspace', async () => {
  const { token } = await person.api.tokens.create.mutate({ name: 'rules', scopes: ['secrets', 'workspaces:read'] })
  const keeper = ['--json', '--server', arc.origin, '--token', token]
  const run = async (...args: string[]) => JSON.parse((await cli.run(['rules', ...args, ...keeper])).stdout.toString()) as unknown
  await run('set', '--closed', '--allow', 'preset:packages', 'api.example.com', '--limit', 'api.example.com=60/min', '*=500MB/h')
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
  expect(await run('set', '--open', '--allow', 'none', '--limit', 'none')).toMatchObject({ fallback: 'open', allow: [], limits: [], deny: ['bad.example.com'] })
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
  const lines = await cli.run(['scan', '--json-lines'], `${JSON.stringify({ text: `x ${token} y` })}\n${JSON.stringify({ text: 'nothing' })}\n`)
  expect(lines.stdout.toString()).toBe(`{"findings":[{"rule":"github-pat","start":2,"end":${2 + token.length}}]}\n{"findings":[]}\n`)
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
