import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runInside, startInside } from '@arcx/testing/orchestrator'
import { testDirectory, testRun } from '@arcx/testing/run'
import { startWithCli } from './with-cli.ts'
import type { WithCli } from './with-cli.ts'

let all: WithCli
let here: string

beforeAll(async () => {
  all = await startWithCli()
})
afterAll(() => all?.arc.destroy())
beforeEach(async () => {
  here = await testDirectory(testRun(), 'cp')
  await inside('rm -rf ~/project/* ~/project/.[!.]*')
})

/** What a shell in the workspace says. */
async function inside(script: string): Promise<string> {
  const { exitCode, output } = await runInside(all.arc.engine, all.box.id, ['sh', '-c', `cd ~/project && ${script}`])
  if (exitCode !== 0) throw new Error(output)
  return output.replaceAll('\r', '').trim()
}
const cp = (from: string, to: string, cwd?: string) => all.cli.run(['cp', from, to], '', cwd)

describe('out of a workspace', () => {
  test('what is not there is told by the same exit code on both sides; - is no file', async () => {
    expect(await cp('box:nowhere', here)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('No such file or folder in the workspace: nowhere'),
    })
    expect(await cp('./nowhere', 'box:', here)).toMatchObject({ code: 5 })
    await inside('echo x > f')
    expect(await cp('box:f', '-', here)).toMatchObject({ code: 2, stderr: expect.stringContaining('arcx exec') })
    expect(await cp('-', 'box:f', here)).toMatchObject({ code: 2 })
    expect(readdirSync(here)).toEqual([])
  })

  test('a folder is merged with the one that is here; nothing that was here goes', async () => {
    await inside('mkdir -p src/sub && echo new > src/both && echo new > src/sub/more')
    mkdirSync(join(here, 'src/sub'), { recursive: true })
    for (const name of ['both', 'mine', 'sub/mine']) writeFileSync(join(here, 'src', name), 'old')
    expect(await cp('box:src', '.', here)).toEqual({ code: 0, stdout: Buffer.alloc(0), stderr: '' })
    expect(
      ['both', 'mine', 'sub/mine', 'sub/more'].map((name) => readFileSync(join(here, 'src', name), 'utf8').trim()),
    ).toEqual(['new', 'old', 'old', 'new'])
    expect(readdirSync(here)).toEqual(['src'])
  })

  test('no file takes a folder’s place, and no folder a file’s', async () => {
    await inside('echo new > thing; mkdir other; echo new > other/x')
    mkdirSync(join(here, 'thing'))
    writeFileSync(join(here, 'thing/mine'), 'old')
    writeFileSync(join(here, 'other'), 'old')
    const [file, folder] = [await cp('box:thing', '.', here), await cp('box:other', '.', here)]
    expect([file.code, folder.code]).toEqual([1, 1])
    expect(file.stderr).toContain('thing: a folder is here.')
    expect(folder.stderr).toContain('other: a file is here.')
    expect([readFileSync(join(here, 'thing/mine'), 'utf8'), readFileSync(join(here, 'other'), 'utf8')]).toEqual([
      'old',
      'old',
    ])
  })

  test('links that stay inside stay; others, FIFOs and sockets are told, and what may not be read; the rest comes', async () => {
    await inside(`mkdir -p src/d && echo x > src/f && ln -s f src/in && ln -s ../f src/d/up && ln -s /usr/bin/python3 src/python && ln -s ../../outside src/out && mkfifo src/fifo
      echo no > src/closed && chmod 000 src/closed && python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("src/sock")'`)
    const { code, stderr } = await cp('box:src', here)
    expect(code).toBe(1)
    for (const name of ['src/python', 'src/out', 'src/fifo', 'src/sock', 'src/closed']) expect(stderr).toContain(name)
    expect(stderr).toContain('Not all of it was copied.')
    expect(readdirSync(join(here, 'src')).sort()).toEqual(['d', 'f', 'in'])
    expect([readlinkSync(join(here, 'src/in')), readlinkSync(join(here, 'src/d/up'))]).toEqual(['f', '../f'])
  })

  test('names in any bytes, hard links, and a link that is named itself', async () => {
    await inside(
      `mkdir src && echo x > "src/$(printf 'caf\\351')" && echo y > src/one && ln src/one src/two && ln -s src/one current`,
    )
    expect(await cp('box:src', here)).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(join(here, 'src'), { encoding: 'latin1' }).sort()).toEqual(['caf\u00e9', 'one', 'two'])
    expect(await cp('box:current', here)).toMatchObject({ code: 0 })
    expect(readFileSync(join(here, 'current'), 'utf8')).toBe('y\n')
  })

  test('what writes into a terminal is shown as it is written', async () => {
    await inside(`mkdir src && mkfifo "src/$(printf 'a\\033]0;title\\007b')"`)
    const { stderr } = await cp('box:src', here)
    expect(stderr).toContain('src/a\\x1b]0;title\\x07b')
  })

  test('a file that grows meanwhile is copied, and it is said', async () => {
    await inside('head -c 200000000 /dev/zero > grows')
    await startInside(all.arc.engine, all.box.id, [
      'sh',
      '-c',
      'echo $$ > /tmp/grower; while :; do echo more >> ~/project/grows; done',
    ])
    await inside('while ! [ -s /tmp/grower ]; do sleep 0.1; done')
    const { code, stderr } = await cp('box:grows', here)
    await inside('kill $(cat /tmp/grower)')
    expect(code).toBe(1)
    expect(stderr).toContain('file changed as we read it')
    expect(statSync(join(here, 'grows')).size).toBeGreaterThanOrEqual(200_000_000)
  })

  test('Ctrl-C leaves what was here, and nothing half', async () => {
    await inside('head -c 1000000000 /dev/zero > big')
    writeFileSync(join(here, 'big'), 'old')
    const child = all.cli.start(['cp', 'box:big', '.'], here)
    await vi.waitFor(() => expect(readdirSync(here).some((name) => name.startsWith('.arcx-cp-'))).toBe(true), {
      timeout: 20_000,
      interval: 5,
    })
    child.kill('SIGINT')
    expect((await once(child, 'close'))[0]).toBe(130)
    expect(readdirSync(here)).toEqual(['big'])
    expect(readFileSync(join(here, 'big'), 'utf8')).toBe('old')
  })
})

describe('into a workspace', () => {
  test('FIFOs, sockets and what may not be read are told, and the rest goes; folders of mode 555 too, and names in any bytes', async () => {
    mkdirSync(join(here, 'src/shut/deep'), { recursive: true })
    writeFileSync(join(here, 'src/shut/deep/f'), 'x')
    writeFileSync(join(here, 'src/closed'), 'x', { mode: 0o000 })
    mkdirSync(join(here, 'src/locked'), { mode: 0o000 })
    writeFileSync(Buffer.concat([Buffer.from(join(here, 'src/caf')), Buffer.of(0xe9)]), 'x')
    execFileSync('mkfifo', [join(here, 'src/fifo')])
    const server = createServer().listen(join(here, 'src/sock'))
    await once(server, 'listening')
    for (const each of ['src/shut/deep', 'src/shut', 'src']) chmodSync(join(here, each), 0o555)
    const { code, stderr } = await cp(join(here, 'src'), 'box:')
    server.close()
    expect(code).toBe(1)
    for (const line of [
      'closed: permission denied.',
      'locked: permission denied.',
      'fifo: it is a FIFO.',
      'sock: it is a socket.',
      'Not all of it was copied.',
    ])
      expect(stderr).toContain(line)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(
      await inside(`stat -c %a src src/shut src/shut/deep && cat src/shut/deep/f "src/$(printf 'caf\\351')"`),
    ).toBe('555\n555\n555\nxx')
    await inside('chmod -R u+rwX src')
  })

  test('one FIFO alone is told, and does not wait for a writer', async () => {
    execFileSync('mkfifo', [join(here, 'fifo')])
    expect(await cp(join(here, 'fifo'), 'box:')).toMatchObject({ code: 1 })
    expect(await inside('ls -A')).toBe('')
  })

  test('a folder is merged with the one that is there, and no kind takes another’s place', async () => {
    await inside(
      'mkdir -p src/sub src/file-here src/empty-here && echo old > src/both && echo old > src/mine && echo old > src/folder-here',
    )
    mkdirSync(join(here, 'src/sub'), { recursive: true })
    mkdirSync(join(here, 'src/folder-here'))
    for (const name of ['both', 'file-here', 'empty-here', 'sub/more', 'folder-here/x'])
      writeFileSync(join(here, 'src', name), 'new\n')
    symlinkSync('both', join(here, 'src/mine'))
    const { code, stderr } = await cp(join(here, 'src'), 'box:')
    expect(code).toBe(1)
    for (const name of ['file-here', 'empty-here', 'folder-here', 'mine']) expect(stderr).toContain(name)
    expect(
      await inside('cat src/both src/mine src/sub/more src/folder-here; stat -c %F src/file-here src/empty-here'),
    ).toBe('new\nold\nnew\nold\ndirectory\ndirectory')
    expect(await inside('ls -A . ~/.cache/arcx')).not.toContain('arcx-cp')
  })

  test('a file that grows meanwhile is copied, and it is said', async () => {
    writeFileSync(join(here, 'grows'), Buffer.alloc(50_000_000))
    const writer = spawn('sh', ['-c', 'while :; do echo more >> "$1"; done', 'sh', join(here, 'grows')])
    const { code, stderr } = await cp(join(here, 'grows'), 'box:')
    writer.kill()
    expect(code).toBe(1)
    expect(stderr).toContain('grows: it changed while it was copied.')
    expect(Number(await inside('stat -c %s grows'))).toBeGreaterThanOrEqual(50_000_000)
  })

  test.each(['SIGINT', 'SIGKILL'] as const)('%s in the middle leaves the project as it was', async (signal) => {
    await inside('echo old > big')
    const big = join(here, 'big')
    writeFileSync(big, '')
    execFileSync('truncate', ['-s', '4G', big])
    const child = all.cli.start(['cp', big, 'box:big'])
    await vi.waitFor(async () => expect(await inside('find ~ -name ".arcx-cp-*"')).not.toBe(''), { timeout: 20_000 })
    child.kill(signal)
    expect((await once(child, 'close'))[0]).toBe(signal === 'SIGINT' ? 130 : null)
    await vi.waitFor(async () => expect(await inside('find ~ -name ".arcx-cp-*"')).toBe(''), { timeout: 20_000 })
    expect(await inside('ls -A; cat big')).toBe('big\nold')
  })

  test('where it goes nowhere, it is said', async () => {
    writeFileSync(join(here, 'f'), 'x')
    expect(await cp(join(here, 'f'), 'box:no/such/f')).toMatchObject({
      code: 1,
      stderr: 'arcx: No such folder in the workspace: no/such\n',
    })
    expect(await cp(join(here, 'f'), 'box:made/')).toMatchObject({ code: 0 })
    expect(await inside('cat made/f')).toBe('x')
    expect(existsSync(join(here, 'f'))).toBe(true)
  })
})
