import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { noRules } from '@arcx/router'
import type { EgressCall, Workspace } from '@arcx/router'
import { createRunning, runInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { serveGit, startOutside } from '@arcx/testing/outside'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'

const value = 'sk-live-Aa1Bb2Cc3Dd4Ee5Ff6Gg'

let arc: TestOrchestrator
let person: Person
let box: Workspace
let origin: string
let repository: string
let settings: Record<string, string>
let arrived: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []

beforeAll(async () => {
  const directory = await testDirectory(testRun(), 'outside')
  const work = join(directory, 'work')
  mkdirSync(work)
  for (let index = 0; index < 300; index += 1) writeFileSync(join(work, `file-${index}`), `${index}\n`)
  writeFileSync(join(work, 'README'), 'cloned through the proxy\n')
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'init.defaultBranch=main', '-C', work, ...args],
      { stdio: 'pipe' },
    ).toString()
  git('init')
  git('add', '.')
  git('commit', '-m', 'first')
  repository = join(directory, 'thing.git')
  execFileSync('git', ['clone', '--bare', work, repository], { stdio: 'pipe' })
  const { port, usual, caFile } = await startOutside(
    directory,
    ['api.test', 'elsewhere.test', 'usual.test'],
    async (request, response) => {
      if (request.url?.startsWith('/thing.git/')) return serveGit(directory, request, response)
      arrived.push({ url: request.url, headers: request.headers, body: await text(request) })
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ you: request.headers.authorization ?? null, key: value }))
    },
  )
  origin = `https://api.test:${port}`
  settings = {
    ARC_EGRESS: 'proxy',
    ARC_EGRESS_EXEMPT: `127.0.0.1/32,${usual}/32`,
    ARC_EGRESS_NAMES: `api.test=127.0.0.1,elsewhere.test=127.0.0.1,usual.test=${usual}`,
    ARC_EGRESS_CA_FILE: caFile,
  }
  arc = await startTestOrchestrator(settings)
  person = await arc.person()
  await person.api.secrets.set.mutate({ name: 'API_KEY', value, hosts: ['api.test', 'usual.test'] })
  box = await createRunning(person, 'goes-out')
})
afterAll(() => arc?.destroy())

/** As a program that the IDE or `arcx exec` starts. */
const shell = (command: string) =>
  runInside(arc.engine, box.id, ['bash', '-c', `. /run/arcx-environment; cd ~; ${command}`])

describe('from inside a workspace, with nothing set by hand', () => {
  const ways: readonly [string, () => string][] = [
    ['curl', () => `curl -fsS -H "Authorization: Bearer $API_KEY" ${origin}/`],
    [
      'Node’s fetch',
      () =>
        `node -e 'fetch("${origin}/", { headers: { authorization: "Bearer " + process.env.API_KEY } }).then(async (r) => console.log(await r.text()))'`,
    ],
    [
      'Python’s urllib',
      () =>
        `python3 -c 'import os, urllib.request as u; print(u.urlopen(u.Request("${origin}/", headers={"authorization": "Bearer " + os.environ["API_KEY"]})).read().decode())'`,
    ],
  ]
  test.each(ways)('%s uses a key that it never sees', async (_tool, command) => {
    arrived = []
    const { exitCode, output } = await shell(command())
    expect(output).toContain('"you"')
    expect(exitCode).toBe(0)
    expect(arrived[0]?.headers.authorization).toBe(`Bearer ${value}`)
    expect(output).not.toContain(value)
    const [secret] = await person.api.secrets.list.query()
    expect(output).toContain(secret?.placeholder)
  })

  test('a program that heeds no variables gets there too, and sees no key either', async () => {
    arrived = []
    const { exitCode, output } = await shell(
      `env -u HTTPS_PROXY -u https_proxy -u HTTP_PROXY -u http_proxy curl -fsS -H "Authorization: Bearer $API_KEY" https://usual.test/`,
    )
    expect(output).toContain('"you"')
    expect(exitCode).toBe(0)
    expect(arrived[0]?.headers.authorization).toBe(`Bearer ${value}`)
    expect(output).not.toContain(value)
    const looked = await shell('getent ahosts anything.example | head -1; getent hosts localhost')
    expect(looked.output).toContain('127.2.0.1')
    expect((await shell('curl -sS -m 5 --noproxy "*" https://127.2.0.1/')).exitCode).not.toBe(0)
  })

  test('where it may go is changed while it runs, and counts from the next request on', async () => {
    const goes = async () => (await shell(`curl -fsS ${origin}/`)).exitCode === 0
    expect(await goes()).toBe(true)
    await person.api.egress.setRules.mutate({ fallback: 'closed', allow: ['preset:packages'], deny: [] })
    await vi.waitFor(async () => expect(await goes()).toBe(false), { timeout: 10_000 })
    const { output } = await shell(`curl -sS ${origin}/`)
    expect(output).toContain('This workspace may not reach api.test')
    await person.api.egress.setRules.mutate({ fallback: 'closed', allow: ['api.test'], deny: [] })
    await vi.waitFor(async () => expect(await goes()).toBe(true), { timeout: 10_000 })
    await person.api.egress.setRules.mutate({ fallback: 'open', allow: ['api.test'], deny: ['api.test'] })
    await vi.waitFor(async () => expect(await goes()).toBe(false), { timeout: 10_000 })
    await person.api.egress.setRules.mutate({ fallback: 'open', allow: [], deny: [] })
    await vi.waitFor(async () => expect(await goes()).toBe(true), { timeout: 10_000 })
    for (const wrong of ['*', '127.0.0.1', 'preset:nothing', 'a b'])
      await expect(
        person.api.egress.setRules.mutate({ fallback: 'open', allow: [wrong as never], deny: [] }),
      ).rejects.toThrow()
  })

  test('rules of one workspace count beside its person’s, and for no other; E2B rules persist after resume', async () => {
    const goes = async () => (await shell(`curl -fsS ${origin}/`)).exitCode === 0
    const other = await createRunning(person, 'goes-too')
    await person.api.egress.setRules.mutate({ workspaceId: box.id, fallback: 'closed', allow: [], deny: [] })
    await vi.waitFor(async () => expect(await goes()).toBe(false), { timeout: 10_000 })
    expect(
      (await runInside(arc.engine, other.id, ['bash', '-c', `. /run/arcx-environment; curl -fsS ${origin}/`])).exitCode,
    ).toBe(0)
    await person.api.workspaces.restart.mutate({ workspaceId: box.id })
    await untilState(person, box.id, 'running')
    expect((await shell(`curl -sS ${origin}/`)).output).toContain('This workspace may not reach api.test')
    await person.api.egress.setRules.mutate({ workspaceId: box.id, fallback: 'open', allow: [], deny: [] })
    await vi.waitFor(async () => expect(await goes()).toBe(true), { timeout: 10_000 })
    const stranger = await arc.person()
    await expect(
      stranger.api.egress.setRules.mutate({ workspaceId: box.id, fallback: 'open', allow: [], deny: [] }),
    ).rejects.toThrow('no such workspace')
    await expect(stranger.api.egress.calls.query({ workspaceId: box.id })).rejects.toThrow('no such workspace')
    const refused = new Promise<Error>((resolve) =>
      stranger
        .live()
        .api.egress.onCalls.subscribe(
          { workspaceId: box.id },
          { onError: resolve, onData: () => resolve(new Error('shown')) },
        ),
    )
    expect((await refused).message).toContain('no such workspace')
    await expect(stranger.api.secrets.list.query({ workspaceId: box.id })).rejects.toThrow('no such workspace')
    await person.api.workspaces.remove.mutate({ workspaceId: other.id })
  })

  test('git clones over HTTPS, and pushes what it has made', async () => {
    const made = `git clone -q ${origin}/thing.git cloned && cd cloned && cat README && echo mine > mine && git add . && git -c user.name=p -c user.email=p@example.com commit -qm second && git push -q origin HEAD:pushed`
    const { exitCode, output } = await shell(made)
    expect(output).toContain('cloned through the proxy')
    expect(exitCode).toBe(0)
    expect(execFileSync('git', ['-C', repository, 'show', 'pushed:mine']).toString()).toBe('mine\n')
  })

  test('a key on its way elsewhere is refused in words, recorded, and not sent', async () => {
    arrived = []
    const { output } = await shell(
      `curl -sS -H "Authorization: Bearer $API_KEY" ${origin.replace('api.test', 'elsewhere.test')}/`,
    )
    expect(output).toContain('may not go to elsewhere.test')
    expect(arrived).toEqual([])
    await vi.waitFor(
      async () => {
        const [call] = await person.api.egress.calls.query({ workspaceId: box.id, refused: true })
        expect(call).toMatchObject({ outcome: 'refused:leak_attempted', method: 'GET', secrets: [] })
      },
      { timeout: 20_000 },
    )
  })

  test('whoever looks at the requests is told of each as it begins and as it is over, without asking again', async () => {
    const live = person.live()
    onTestFinished(() => live.close())
    const seen: { readonly type: string; readonly calls: readonly EgressCall[] }[] = []
    const of = (path: string) =>
      seen.flatMap(({ type, calls }) =>
        calls.filter(({ url }) => url.endsWith(path)).map(({ outcome }) => `${type} ${outcome}`),
      )
    live.api.egress.onCalls.subscribe({ workspaceId: box.id }, { onData: ({ data }) => seen.push(data) })
    const refusals: string[] = []
    live.api.egress.onCalls.subscribe(
      { workspaceId: box.id, refused: true },
      { onData: ({ data }) => refusals.push(...data.calls.map(({ url }) => url)) },
    )
    await vi.waitFor(() => expect([seen.length, refusals.length > 0]).toEqual([2, true]))
    await shell(`curl -sS ${origin}/watched`)
    await vi.waitFor(() => expect(of('/watched')).toContain('changed passed'))
    // Its beginning may be written down together with its end.
    expect(of('/watched').filter((each) => !['changed open', 'changed passed'].includes(each))).toEqual([])
    expect(refusals.filter((url) => url.endsWith('/watched'))).toEqual([])
    live.cut()
    await vi.waitFor(() => expect(of('/watched')).toContain('snapshot passed'))
  })

  test('the services of the host, and addresses inside, are not to be had by it', async () => {
    for (const url of [
      `http://localhost.test:${arc.port}/`,
      'http://127.0.0.1:22/',
      'http://169.254.169.254/latest/meta-data/',
      `http://10.0.0.1/`,
    ]) {
      const { output } = await shell(`curl -sS -o /dev/null -w '%{http_code}' --noproxy '' -x $HTTP_PROXY ${url}`)
      expect(['403', '502']).toContain(output.trim())
    }
    expect((await shell('curl -sS -m 3 --noproxy "*" https://1.1.1.1/')).exitCode).not.toBe(0)
  })

  test('when arc-proxy is killed nothing goes out, and when it is back it does', async () => {
    await arc.restartProxy()
    await vi.waitFor(async () => expect((await shell(`curl -fsS ${origin}/`)).exitCode).toBe(0), { timeout: 20_000 })
  })

  test('where arc-proxy does not know of a running workspace, as after an earlier version, it is told at the next start', async () => {
    await arc.kill()
    await rm(join(arc.directory, 'entrances'), { recursive: true })
    await arc.restartProxy()
    expect((await shell(`curl -fsS -m 5 ${origin}/`)).exitCode).not.toBe(0)
    await arc.start()
    await vi.waitFor(async () => expect((await shell(`curl -fsS ${origin}/`)).exitCode).toBe(0), { timeout: 20_000 })
  })
})

describe('secrets', () => {
  test('their values are in no answer, no container, no log, and not readable in the database', async () => {
    const [secret] = await person.api.secrets.list.query()
    expect(JSON.stringify(await person.api.secrets.list.query())).not.toContain(value)
    expect(secret?.placeholder).toMatch(/^sk-[A-Za-z0-9]{25}$/)
    const everything = await shell('env; cat /proc/*/environ /proc/*/cmdline /run/* 2>/dev/null | tr "\\0" "\\n"')
    expect(everything.output).toContain(secret?.placeholder)
    expect(everything.output).not.toContain(value)
    const [info] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${box.id}`] } })
    expect(JSON.stringify(await arc.engine.getContainer(info?.Id ?? '').inspect())).not.toContain(value)
    const rows = await arc.prisma.secret.findMany()
    for (const { sealed } of rows) expect(Buffer.from(sealed).toString('latin1')).not.toContain(value)
    expect(JSON.stringify(await arc.prisma.auditEntry.findMany({ omit: { id: true } }))).not.toContain(value)
    expect(await arc.log()).not.toContain(value)
  })

  test('another value, and a removal, count from the next request on', async () => {
    const changed = 'sk-live-Zz9Yy8Xx7Ww6Vv5Uu4Tg'
    await person.api.secrets.set.mutate({ name: 'API_KEY', value: changed, hosts: ['api.test'] })
    await person.api.workspaces.restart.mutate({ workspaceId: box.id })
    await untilState(person, box.id, 'running')
    await vi.waitFor(
      async () => {
        arrived = []
        await shell(`curl -fsS -H "Authorization: Bearer $API_KEY" ${origin}/`)
        expect(arrived[0]?.headers.authorization).toBe(`Bearer ${changed}`)
      },
      { timeout: 10_000 },
    )
    const [secret] = await person.api.secrets.list.query()
    if (secret !== undefined) await person.api.secrets.remove.mutate({ id: secret.id })
    await vi.waitFor(
      async () => {
        arrived = []
        await shell(`curl -fsS -H "Authorization: Bearer $API_KEY" ${origin}/`)
        expect(arrived[0]?.headers.authorization).not.toBe(`Bearer ${changed}`)
      },
      { timeout: 10_000 },
    )
  })

  test('a team’s are changed by its owner and admins, seen by its members, and used in its workspaces alone', async () => {
    const [member, stranger] = await Promise.all([arc.person(), arc.person()])
    const { id: teamId } = await person.api.teams.create.mutate({ name: 'key-keepers' })
    await arc.prisma.membership.create({ data: { teamId, userId: member.userId, role: 'member' } })
    await person.api.secrets.set.mutate({
      teamId,
      name: 'TEAM_KEY',
      value: 'team-key-0123456789abcdef',
      hosts: ['api.test'],
    })
    expect(await member.api.secrets.list.query({ teamId })).toMatchObject([{ name: 'TEAM_KEY' }])
    await expect(
      member.api.secrets.set.mutate({ teamId, name: 'OTHER', value: 'team-key-0123456789abcdef', hosts: ['api.test'] }),
    ).rejects.toThrow('You may not')
    const [secret] = await member.api.secrets.list.query({ teamId })
    if (secret === undefined) throw new Error('It is not there.')
    await expect(member.api.secrets.remove.mutate({ id: secret.id })).rejects.toThrow('You may not')
    await expect(stranger.api.secrets.list.query({ teamId })).rejects.toThrow('no such team')
    await expect(member.api.egress.setRules.mutate({ teamId, fallback: 'open', allow: [], deny: [] })).rejects.toThrow(
      'You may not',
    )
    await expect(stranger.api.egress.rules.query({ teamId })).rejects.toThrow('no such team')
    expect(await member.api.egress.rules.query({ teamId })).toEqual(noRules)
    await expect(stranger.api.secrets.remove.mutate({ id: secret.id })).rejects.toThrow('no such team')
    expect((await shell('echo "[$TEAM_KEY]"')).output).toContain('[]')
    const { id } = await member.api.workspaces.create.mutate({ name: 'team-goes-out', teamId })
    await untilState(member, id, 'running')
    const inTeam = (command: string) => runInside(arc.engine, id, ['bash', '-c', `. /run/arcx-environment; ${command}`])
    arrived = []
    const { output } = await inTeam(`echo "[$API_KEY]"; curl -fsS -H "Authorization: Bearer $TEAM_KEY" ${origin}/`)
    expect(output).toContain('[]')
    expect(output).not.toContain('team-key-0123456789abcdef')
    expect(arrived[0]?.headers.authorization).toBe('Bearer team-key-0123456789abcdef')
    await person.api.egress.setRules.mutate({ teamId, fallback: 'closed', allow: [], deny: [] })
    await vi.waitFor(
      async () =>
        expect((await inTeam(`curl -sS ${origin}/`)).output).toContain('This workspace may not reach api.test'),
      { timeout: 10_000 },
    )
    expect((await shell(`curl -fsS ${origin}/`)).exitCode).toBe(0)
  })

  test.each([
    ['PATH', 'a name that decides how programs run'],
    ['LD_PRELOAD', 'another'],
    ['HTTPS_PROXY', 'the proxy’s own'],
    ['lower', 'a name in small letters'],
  ])('%s is refused: %s', async (name) => {
    await expect(
      person.api.secrets.set.mutate({ name, value: 'abcdefghijklmnop', hosts: ['api.test'] }),
    ).rejects.toThrow()
  })

  test.each([
    ['short', ['api.test']],
    ['abcdefghijklmnop\nq', ['api.test']],
    ['abcdefghijklmnop', ['*']],
    ['abcdefghijklmnop', ['127.0.0.1']],
    ['abcdefghijklmnop', ['*.com*']],
    ['abcdefghijklmnop', []],
  ])('%j to %j is refused', async (wrong, hosts) => {
    await expect(person.api.secrets.set.mutate({ name: 'X', value: wrong, hosts })).rejects.toThrow()
  })
})

test('a sealed workspace, which has no network at all, has the same way out', async () => {
  const sealed = await startTestOrchestrator({ ...settings, ARC_ISOLATION: 'sealed' })
  try {
    const somebody = await sealed.person()
    await somebody.api.secrets.set.mutate({ name: 'API_KEY', value, hosts: ['api.test', 'usual.test'] })
    const { id } = await createRunning(somebody, 'sealed-out')
    for (const command of [
      `curl -fsS -H "Authorization: Bearer $API_KEY" ${origin}/`,
      'env -u HTTPS_PROXY -u https_proxy curl -fsS -H "Authorization: Bearer $API_KEY" https://usual.test/',
    ]) {
      arrived = []
      const { exitCode, output } = await runInside(sealed.engine, id, [
        'bash',
        '-c',
        `. /run/arcx-environment; ${command}`,
      ])
      expect(output).toContain('"you"')
      expect(exitCode).toBe(0)
      expect(arrived[0]?.headers.authorization).toBe(`Bearer ${value}`)
      expect(output).not.toContain(value)
    }
  } finally {
    await sealed.destroy()
  }
})
