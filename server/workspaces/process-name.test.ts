import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { hasEnded, ownProcessName } from './process-name.ts'

/** As a process of that id would be called. */
async function nameOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return (await ownProcessName()).replace(/\d+\/\d+$/, `${pid}/${startedAt}`)
}

test('of a process that runs, and of what is unknown, it is not said that it has ended', async () => {
  const own = await ownProcessName()
  expect(await hasEnded(own)).toBe(false)
  expect(await hasEnded('')).toBe(false)
  expect(await hasEnded('something else')).toBe(false)
  // Another machine, or this one before it was restarted: the same id is somebody else’s there.
  expect(await hasEnded(own.replace(/^[0-9a-f]+/, 'ffffffff').replace(/\d+$/, '1'))).toBe(false)
})

test('of one that was killed, and of one whose id another has by now, it is', async () => {
  const child = spawn('sleep', ['1000'])
  const name = await nameOf(child.pid ?? 0)
  expect(await hasEnded(name)).toBe(false)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  expect(await hasEnded(name)).toBe(true)
  expect(await hasEnded((await ownProcessName()).replace(/\d+$/, '1'))).toBe(true)
})
