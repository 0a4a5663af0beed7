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
import { runInside, startInside } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import { openBrowser } from './browser.ts'
import { startWithCli } from './with-cli.ts'
import type { WithCli } from './with-cli.ts'

let all: WithCli
let browser: Browser
let arc: WithCli['arc']
let person: WithCli['person']
let login: WithCli['login']
let cli: WithCli['cli']
let home: WithCli['home']
let box: WithCli['box']
let said: WithCli['said']
let json: WithCli['json']

beforeAll(async () => {
  ;[all, browser] = await Promise.all([startWithCli(), openBrowser()])
  ;({ arc, person, login, cli, home, box, said, json } = all)
})
afterAll(async () => {
  await browser?.close()
  await all?.arc.destroy()
})

const credentials = (of: string) =>
  JSON.parse(readFileSync(join(of, '.config/arcx/credentials.json'), 'utf8')) as {
    servers: Record<string, { token: string }>
  }

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
    expect((await arc.send('/trpc/workspaces.list', { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      401,
    )
    expect((await own.run(['whoami'])).code).toBe(3)
  })

  test('with a code that is typed in a browser elsewhere; refused there, the CLI says so', async () => {
    for (const [button, code] of [
      ['Allow', 0],
      ['Refuse', 3],
    ] as const) {
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
      await page.getByLabel('Code shown by the program').fill((await shown).toLowerCase())
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('button', { name: button }).click()
      const [exitCode] = (await once(child, 'close')) as [number]
      expect(exitCode).toBe(code)
      await context.close()
    }
  })

  test('a callback with another state, and a code without its verifier, give nothing', async () => {
    const { url } = await person.api.programs.authorize.mutate({
      clientName: 'x',
      port: 5000,
      state: 's'.repeat(32),
      challenge: 'c'.repeat(43),
    })
    const code = new URL(url).searchParams.get('code') ?? ''
    const exchange = () =>
      arc.send('/trpc/programs.exchange', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: arc.origin },
        body: JSON.stringify({ code, verifier: 'v'.repeat(43) }),
      })
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
    expect(await json(['ls'])).toMatchObject([
      { name: 'box', state: 'running' },
      { name: 'from-cli', state: 'running' },
    ])
    expect(await said(['ls'])).toMatch(/NAME\s+STATE\s+TEAM\s+USED\s+DISK\s+ADDRESS\nbox\s+running/)
    expect(await said(['stop', 'from-cli'])).toBe('from-cli is stopped\n')
    expect(await json(['start', 'from-cli'])).toMatchObject({ state: 'running' })
    await said(['rename', 'from-cli', 'renamed-cli'])
    expect((await cli.run(['rm', 'renamed-cli'])).code).toBe(2)
    expect(await said(['rm', '--yes', 'renamed-cli'])).toBe('renamed-cli is deleted.\n')
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
    const missing = 'arcx: No such workspace, or it is not yours: no-such. List yours with: arcx ls\n'
    for (const words of [
      ['start'],
      ['rm', '--yes'],
      ['logs'],
      ['history'],
      ['egress'],
      ['secrets', 'ls', '--workspace'],
    ])
      expect(await cli.run([...words, 'no-such']), words.join(' ')).toMatchObject({ code: 5, stderr: missing })
    expect(await cli.run(['exec', 'no-such', 'true'])).toMatchObject({ code: 125, stderr: missing })
    expect(await cli.run(['cp', 'no-such:x', '.'])).toMatchObject({ code: 5, stderr: missing })
    for (const words of [
      ['teams', 'show'],
      ['ls', '--team'],
    ])
      expect(await cli.run([...words, 'no-crew']), words.join(' ')).toMatchObject({
        code: 5,
        stderr: 'arcx: No such team, or you are not in it: no-crew. List yours with: arcx teams ls\n',
      })
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
    expect(await cli.run(['exec', 'box', 'sh', '-c', 'echo out; echo err >&2; exit 42'])).toEqual({
      code: 42,
      stdout: Buffer.from('out\n'),
      stderr: 'err\n',
    })
    const bytes = randomBytes(10 * 2 ** 20)
    const piped = await cli.run(['exec', 'box', 'cat'], bytes)
    expect(piped.code).toBe(0)
    expect(createHash('sha256').update(piped.stdout).digest('hex')).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    )
    expect(await cli.run(['exec', 'box', '--', 'ls', '-d', '/', '--json'])).toMatchObject({ code: 2 })
    expect((await cli.run(['exec', '-w', '/tmp', 'box', 'pwd'])).stdout.toString()).toBe('/tmp\n')
  })

  test('output and input that are taken slowly arrive whole, and nothing is said about it', async () => {
    const child = cli.start(['exec', 'box', 'head', '-c', '60000000', '/dev/zero'])
    const [errors, kept] = [text(child.stderr), { bytes: 0 }]
    child.stdout.on('data', (chunk: Buffer) => {
      kept.bytes += chunk.length
      child.stdout.pause()
      setTimeout(() => child.stdout.resume(), 1)
    })
    expect((await once(child, 'close'))[0]).toBe(0)
    expect([kept.bytes, await errors]).toEqual([60_000_000, ''])
    const counted = await cli.run(
      ['exec', 'box', 'sh', '-c', 'for each in $(seq 60); do head -c 1000000 | wc -c; sleep 0.01; done'],
      Buffer.alloc(60_000_000),
    )
    expect(counted).toMatchObject({ code: 0, stderr: '' })
    expect(
      counted.stdout
        .toString()
        .match(/\d+/g)
        ?.reduce((sum, each) => sum + Number(each), 0),
    ).toBe(60_000_000)
  })

  test('with -t and input that is no terminal, its end is the program’s', async () => {
    expect(await cli.run(['exec', '-t', 'box', 'cat'], 'x')).toMatchObject({ code: 0 })
    expect(await cli.run(['exec', '-t', 'box', 'cat'], '')).toMatchObject({ code: 0 })
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
    const below = (pid: number): number[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .match(/\d+/g)
        ?.flatMap((each) => [Number(each), ...below(Number(each))]) ?? []
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
    await vi.waitFor(
      async () => expect((await runInside(arc.engine, box.id, ['pgrep', '-f', 'sleep 4002'])).exitCode).toBe(0),
      { timeout: 10_000 },
    )
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
    expect(await cli.run(['cp', 'box:no-such', home])).toMatchObject({
      code: 5,
      stderr: 'arcx: No such file or folder in the workspace: no-such\n',
    })
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
    await runInside(arc.engine, box.id, [
      'sh',
      '-c',
      'mkdir -p ~/evil && printf "%s" "$1" > ~/evil/evil.py && printf "#!/bin/sh\\nexec python3 /home/arc/evil/evil.py\\n" > ~/evil/tar && chmod +x ~/evil/tar && echo made > ~/project/thing',
      'sh',
      evil,
    ])
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
  const [first, second] = seen
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { local: number })
  await vi.waitFor(
    async () => {
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => fetch(`http://127.0.0.1:${first?.local}/`).then((answer) => answer.text())),
      )
      for (const answer of answers) expect(answer).toContain('Directory listing')
    },
    { timeout: 15_000 },
  )
  const refused = connect(second?.local ?? 0, '127.0.0.1')
  refused.on('error', () => undefined)
  await new Promise((resolve) => refused.once('close', resolve))
  expect(child.exitCode).toBeNull()
  child.kill('SIGINT')
  expect((await once(child, 'close'))[0]).toBe(0)
})
