import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testDirectory, testRun } from '@arcx/testing/run'
import type { Child } from './children.ts'
import { SupervisedProcess } from './supervised-process.ts'
import { MemoryLimits } from './memory.ts'
import { startService } from './services.ts'

const MiB = 2 ** 20
const limit = 256 * MiB

/** A service that does its work until it is told to grow, in one of the ways in which a Node process can. */
const growing = `
  process.send({ type: 'ready' })
  const kept = []
  const grow = {
    heap: () => kept.push(Array.from({ length: 100_000 }, (_, index) => ({ index }))),
    buffers: () => kept.push(Buffer.alloc(8 * 2 ** 20, 1)),
    strings: () => kept.push('x'.repeat(4 * 2 ** 20).split('').join(String.fromCharCode(kept.length))),
  }
  process.on('message', (how) => setInterval(grow[how], 1))
`

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\\s+(\\d+)/.exec(status)?.[1] ?? 0) * 1024
}

test.for([
  ['control group', 'heap'],
  ['control group', 'buffers'],
  ['data segment', 'heap'],
  ['data segment', 'buffers'],
  ['data segment', 'strings'],
] as const)(
  'held by its %s, a service that grows by its %s is ended alone and started again, and the host keeps its memory',
  async ([means, how]) => {
    const directory = await testDirectory(testRun(), 'memory')
    const program = join(directory, 'growing.mjs')
    await writeFile(program, growing)
    // Where no control groups are mounted, there is nothing but the process itself to limit.
    const limits = new MemoryLimits(
      limit,
      directory,
      means === 'control group' ? undefined : join(directory, 'nothing'),
    )
    onTestFinished(() => limits.close())
    const children: Child[] = []
    const keep = (name: string) =>
      new SupervisedProcess({
        name,
        logFile: join(directory, `${name}.log`),
        progress: { say: () => undefined, update: () => undefined },
        after: [],
        stopBy: { signal: 'SIGKILL', graceMs: 1000 },
        async begin(signal) {
          const child = await startService(
            { name, shortName: name, program, logFile: join(directory, `${name}.log`), variables: process.env, limits },
            signal,
          )
          children.push(child)
          return child
        },
      })
    const [greedy, modest] = [keep('greedy'), keep('modest')]
    onTestFinished(async () => void (await Promise.all([greedy.stop(), modest.stop()])))
    await greedy.start()
    await modest.start()
    const [first, neighbour] = children
    if (first === undefined || neighbour === undefined) throw new Error('unreachable')
    const pid = first.process.pid ?? 0
    expect(await limits.hold('greedy', pid)).toBe(means)

    let most = 0
    const watch = setInterval(() => void residentBytes(pid).then((bytes) => (most = Math.max(most, bytes))), 5)
    onTestFinished(() => clearInterval(watch))
    first.process.send(how)
    await first.ended
    // What a Node process maps at its start counts for the data segment.
    expect(most).toBeLessThan(means === 'control group' ? limit + 64 * MiB : limit + 768 * MiB)
    await vi.waitFor(() => expect(children).toHaveLength(3), { timeout: 20_000 })
    expect([children[2]?.name, neighbour.process.exitCode, neighbour.process.signalCode]).toEqual([
      'greedy',
      null,
      null,
    ])
  },
)
