import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { processesCalled, processesIn, untilEnded } from './ending.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-ending-'))
})
afterEach(() => rm(directory, { recursive: true }))

const hasNotified: string[] = []
const progress = { say: () => undefined, update: (line: string) => void hasNotified.push(line) }

function start(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

test('processes are found by where they work, and by what they were called with', async () => {
  const child = start(['sleep', '600.125'], { WHOSE: 'mine' })
  await vi.waitFor(async () => expect(await processesIn(directory)).toEqual([child.pid]))
  const called = (words: readonly string[]) => words.includes('600.125')
  expect(await processesIn(directory, 'sleep')).toEqual([child.pid])
  expect(await processesIn(directory, 'postgres')).toEqual([])
  expect(await processesCalled(called)).toEqual([child.pid])
  expect(await processesCalled(called, 'WHOSE=mine')).toEqual([child.pid])
  expect(await processesCalled(called, 'WHOSE=yours')).toEqual([])
  expect(await processesIn(join(directory, 'nothing'))).toEqual([])
})

test.for([
  ['that ends by itself', ['sleep', '0.5'], null],
  ['that has to be asked', ['sleep', '600'], 'SIGTERM'],
  ['that does not hear', ['sh', '-c', 'trap "" TERM; echo deaf; while :; do sleep 600; done'], 'SIGKILL'],
] as const)('a process %s is waited for, and its number is told', async ([, command, signal]) => {
  const child = start(command)
  if (signal === 'SIGKILL') await once(child.stdout, 'data')
  const ended = once(child, 'exit')
  await untilEnded(
    { name: 'it', find: () => processesIn(directory), signal: signal === null ? 'SIGCONT' : 'SIGTERM' },
    progress,
    undefined,
    { noticeAfterMs: 100, signalAfterMs: 200, killAfterMs: signal === 'SIGKILL' ? 600 : 30_000 },
  )
  expect((await ended)[1]).toBe(signal)
  expect(hasNotified.at(-1)).toContain(String(child.pid))
})
