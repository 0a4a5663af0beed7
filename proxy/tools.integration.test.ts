import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRunning, runInside, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Workspace } from '@arcx/router'
import { startOutside } from '@arcx/testing/outside'
import { registries } from '@arcx/testing/registries'
import { testDirectory, testRun } from '@arcx/testing/run'

const keys = {
  OPENAI_API_KEY: 'sk-proj-Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8',
  ANTHROPIC_API_KEY: 'sk-ant-Ii9Jj0Kk1Ll2Mm3Nn4Oo5Pp6',
  GITHUB_TOKEN: 'ghs_Qq7Rr8Ss9Tt0Uu1Vv2Ww3Xx4Yy5Zz6Aa7Bb8C',
}
const modules = fileURLToPath(new URL('../node_modules', import.meta.url))
/** Toolchains are too large to bring along: each of the machine's that its PATH, or the usual place, leads to is used. */
const toolchains = {
  go: answerOf('PATH="$PATH:/usr/local/go/bin" go env GOROOT'),
  cargo: answerOf('PATH="$PATH:$HOME/.cargo/bin"; rustup which cargo || readlink -f "$(command -v cargo)"'),
  java: answerOf('dirname "$(dirname "$(readlink -f "$(command -v jlink)")")"'),
}

/** What a shell command prints; null where it fails or prints no path. */
function answerOf(command: string): string | null {
  const { status, stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' })
  const path = stdout.trim()
  return status === 0 && path.startsWith('/') && existsSync(path) ? path : null
}

let arc: TestOrchestrator
let box: Workspace
let outside: ReturnType<typeof registries>
let directory: string

beforeAll(async () => {
  directory = await testDirectory(testRun(), 'tools')
  outside = registries(directory)
  const handlers = new Map([...outside.handlers, ...privateRepository()])
  const hosts = [...new Set([...handlers.keys()].map((each) => each.split('/')[0] ?? ''))]
  const { usual, caFile } = await startOutside(directory, hosts, async (request, response) => {
    const body = await text(request)
    const handler = handlers.get(`${request.headers.host}${(request.url ?? '').split('?')[0]}`)
    if (handler === undefined) response.writeHead(404).end()
    else handler(request, response, body)
  })
  arc = await startTestOrchestrator({
    ARC_EGRESS: 'proxy',
    ARC_EGRESS_EXEMPT: `${usual}/32`,
    ARC_EGRESS_NAMES: hosts.map((host) => `${host}=${usual}`).join(','),
    ARC_EGRESS_CA_FILE: caFile,
  })
  const person = await arc.person()
  await person.api.secrets.set.mutate({
    name: 'OPENAI_API_KEY',
    value: keys.OPENAI_API_KEY,
    hosts: ['api.openai.com'],
    places: ['header'],
  })
  await person.api.secrets.set.mutate({
    name: 'ANTHROPIC_API_KEY',
    value: keys.ANTHROPIC_API_KEY,
    hosts: ['api.anthropic.com'],
  })
  // As the server keeps it for a team with an installation of the GitHub App.
  await person.api.secrets.set.mutate({
    name: 'GITHUB_TOKEN',
    value: keys.GITHUB_TOKEN,
    hosts: ['github.com'],
    places: ['header', 'basic'],
  })
  box = await createRunning(person, 'tools')
})
afterAll(() => arc?.destroy())

/** A repository that GitHub shows to the bearer of the token alone, by git's plain protocol. */
function privateRepository(): readonly [string, RequestListener][] {
  const expected = `Basic ${Buffer.from(`x-access-token:${keys.GITHUB_TOKEN}`).toString('base64')}`
  const shown =
    (content: string): RequestListener =>
    (request, response) => {
      if (request.headers.authorization !== expected)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end()
      else response.writeHead(200, { 'content-type': 'text/plain' }).end(content)
    }
  const base = 'github.com/team/private.git'
  return [
    [`${base}/info/refs`, shown(`${'5'.repeat(40)}\trefs/heads/main\n`)],
    [`${base}/HEAD`, shown('ref: refs/heads/main\n')],
  ]
}

/** As a program that the IDE or `arcx exec` starts. */
const shell = (command: string) =>
  runInside(arc.engine, box.id, ['bash', '-c', `. /run/arcx-environment; mkdir -p ~/work; cd ~/work; ${command}`])

/** Puts a folder of this machine into the workspace's home, as somebody who has installed it there. */
async function give(from: string, to: string): Promise<void> {
  const home = join(arc.directory, 'workspaces', box.id, 'home')
  mkdirSync(join(home, to), { recursive: true })
  const copy = spawn('sh', ['-c', `cp -rL "${from}/." "${join(home, to)}" && chown -R 1000:1000 "${join(home, to)}"`], {
    stdio: 'inherit',
  })
  const [code] = (await once(copy, 'exit')) as [number]
  expect(code).toBe(0)
}

describe('in a workspace, with nothing set by hand', () => {
  const ways: readonly [string, string, string][] = [
    ['npm install', 'npm install arcx-demo >/dev/null && node -p "require(\'arcx-demo\')"', 'npm: it works'],
    [
      'pip install',
      'python3 -m venv v && v/bin/pip install -q --disable-pip-version-check arcx-demo && v/bin/python -m arcx_demo',
      'pip: it works',
    ],
    [
      'git, from a private repository by the team’s token',
      'git ls-remote https://github.com/team/private.git',
      'refs/heads/main',
    ],
    [
      'apt-get update',
      'echo "deb [trusted=yes] https://deb.debian.org/demo ./" > list; apt-get -o Dir::Etc::sourcelist=$PWD/list -o Dir::Etc::sourceparts=- update && apt-cache -o Dir::Etc::sourcelist=$PWD/list -o Dir::Etc::sourceparts=- show arcx-demo',
      'apt, it works',
    ],
    [
      'a program that knows of nothing but the system’s certificates',
      'env -i PATH=$PATH openssl s_client -connect registry.npmjs.org:443 -servername registry.npmjs.org -verify_return_error </dev/null 2>&1 | grep "Verify return code"',
      'Verify return code: 0 (ok)',
    ],
  ]
  test.each(ways)('%s works', async (_tool, command, expected) => {
    const { exitCode, output } = await shell(command)
    expect(output).toContain(expected)
    expect(exitCode).toBe(0)
  })

  test.skipIf(toolchains.go === null)('go get works', async () => {
    const go = toolchains.go ?? ''
    await give(join(go, 'bin'), 'go/bin')
    for (const part of ['src', 'pkg/include', 'pkg/tool']) await give(join(go, part), `go/${part}`)
    mkdirSync(join(directory, 'go'), { recursive: true })
    for (const name of ['go.env', 'VERSION']) cpSync(join(go, name), join(directory, 'go', name))
    await give(join(directory, 'go'), 'go')
    // The public checksum database signs what is public alone.
    const { exitCode, output } = await shell(
      'export PATH=$HOME/go/bin:$PATH GOROOT=$HOME/go GOPATH=$HOME/gopath GONOSUMDB=example.com GOFLAGS=-mod=mod GOTOOLCHAIN=local; mkdir -p g && cd g && go mod init demo 2>/dev/null; go get example.com/arcxdemo@v1.0.0 && cat $GOPATH/pkg/mod/example.com/arcxdemo@v1.0.0/demo.go',
    )
    expect(output).toContain('go: it works')
    expect(exitCode).toBe(0)
  })

  test.skipIf(toolchains.cargo === null)('cargo fetches', async () => {
    mkdirSync(join(directory, 'cargo'), { recursive: true })
    cpSync(toolchains.cargo ?? '', join(directory, 'cargo', 'cargo'))
    await give(join(directory, 'cargo'), 'cargo-bin')
    const manifest =
      '[package]\\nname = "demo"\\nversion = "0.1.0"\\nedition = "2021"\\n[dependencies]\\narcx-demo = "1"\\n'
    const { exitCode, output } = await shell(
      `mkdir -p c/src && cd c && printf '${manifest}' > Cargo.toml && touch src/lib.rs && ~/cargo-bin/cargo generate-lockfile && ~/cargo-bin/cargo vendor -q && cat vendor/arcx-demo/src/lib.rs`,
    )
    expect(output).toContain('cargo: it works')
    expect(exitCode).toBe(0)
  })

  test.skipIf(toolchains.java === null)('Java’s own client works', async () => {
    const java = toolchains.java ?? ''
    const [runtime, classes] = [join(directory, 'jre'), join(directory, 'classes')]
    mkdirSync(classes, { recursive: true })
    writeFileSync(
      join(classes, 'Demo.java'),
      'import java.net.*; import java.net.http.*; public class Demo { public static void main(String[] a) throws Exception { System.out.println("java: " + HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("https://registry.npmjs.org/arcx-demo")).build(), HttpResponse.BodyHandlers.ofString()).statusCode()); } }',
    )
    execFileSync(join(java, 'bin', 'javac'), ['-d', classes, join(classes, 'Demo.java')])
    execFileSync(join(java, 'bin', 'jlink'), [
      '--add-modules',
      'java.base,java.net.http,jdk.crypto.ec',
      '--output',
      runtime,
      '--strip-debug',
      '--no-man-pages',
      '--no-header-files',
    ])
    await give(runtime, 'jre')
    await give(classes, 'classes')
    const { exitCode, output } = await shell('~/jre/bin/java -cp ~/classes Demo')
    expect(output).toContain('java: 200')
    expect(exitCode).toBe(0)
  })
})

describe('the SDKs of AI providers stream with keys that nobody there sees', () => {
  const programs = {
    openai: `import OpenAI from 'openai'; const stream = await new OpenAI().chat.completions.create({ model: 'demo', stream: true, messages: [{ role: 'user', content: 'hi' }] }); for await (const each of stream) process.stdout.write(each.choices[0]?.delta?.content ?? '')`,
    anthropic: `import Anthropic from '@anthropic-ai/sdk'; const stream = new Anthropic().messages.stream({ model: 'demo', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] }); stream.on('text', (text) => process.stdout.write(text)); await stream.finalMessage()`,
  }
  beforeAll(async () => {
    const own = join(directory, 'sdks')
    for (const name of [
      'openai',
      '@anthropic-ai/sdk',
      '@opentelemetry/api',
      'standardwebhooks',
      'json-schema-to-ts',
      '@babel/runtime',
      'ts-algebra',
      '@stablelib/base64',
      'fast-sha256',
    ])
      if (existsSync(join(modules, name)))
        cpSync(join(modules, name), join(own, 'node_modules', name), { recursive: true })
    for (const [name, program] of Object.entries(programs)) writeFileSync(join(own, `${name}.mjs`), program)
    await give(own, 'sdks')
  })

  test.each([
    ['openai', 'OPENAI_API_KEY'],
    ['anthropic', 'ANTHROPIC_API_KEY'],
  ] as const)('%s', async (name, variable) => {
    outside.said.length = 0
    const { exitCode, output } = await shell(`cd ~/sdks && node ${name}.mjs; echo; echo "[$${variable}]"`)
    const [, placeholder] = /\[(sk-[^\]]+)\]/.exec(output) ?? []
    expect(output).toContain(`${name}: it works, with Bearer ${placeholder}`)
    expect(exitCode).toBe(0)
    expect(outside.said).toEqual([{ host: `api.${name}.com`, key: `Bearer ${keys[variable]}` }])
    expect(output).not.toContain(keys[variable])
  })
})
