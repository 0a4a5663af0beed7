import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLog, droppedLines } from './log.ts'
import { LogOutput } from './log-output.ts'

const fault = (code: string) => Object.assign(new Error(code), { code })
const notice = (dropped: number) => `{"dropped":${dropped}}\n`

/** Takes what fits; then fails as the system does. */
class Disk {
  content = ''
  room = Number.POSITIVE_INFINITY
  code = 'ENOSPC'

  readonly write = (bytes: Buffer, from: number): number => {
    const some = bytes.subarray(from, from + Math.min(this.room, bytes.length - from))
    if (some.length === 0) throw fault(this.code)
    this.content += some.toString('latin1')
    this.room -= some.length
    return some.length
  }
}

test('lines that cannot be written are dropped, counted and told of; every line that stands there whole is whole', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ line: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ room: fc.integer({ min: 0, max: 200 }) }),
      fc.constant({ room: Number.POSITIVE_INFINITY }),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, fc.constantFrom('ENOSPC', 'EDQUOT', 'EIO', 'EPIPE', 'EBADF'), (actions, code) => {
      const disk = new Disk()
      disk.code = code
      const output = new LogOutput({ notice, write: disk.write })
      let count = 0
      for (const action of actions) {
        if ('room' in action) disk.room = action.room
        else output.write(`${JSON.stringify({ number: count++, pad: 'x'.repeat(action.line) })}\n`)
      }
      disk.room = Number.POSITIVE_INFINITY
      output.write(`${JSON.stringify({ number: count++ })}\n`)
      const whole = disk.content.split('\n').flatMap((line) => {
        try {
          return [JSON.parse(line) as { number?: number; dropped?: number }]
        } catch {
          return []
        }
      })
      const arrived = whole.flatMap(({ number }) => (number === undefined ? [] : [number]))
      expect(arrived).toEqual([...new Set(arrived)].toSorted((a, b) => a - b))
      expect(arrived.length + output.dropped).toBe(count)
      expect(arrived.at(-1)).toBe(count - 1)
      expect(whole.reduce((sum, { dropped = 0 }) => sum + dropped, 0)).toBe(output.dropped)
    }),
  )
})

test('a reader that is slow is waited for, but not for ever', () => {
  let busy = 3
  const taken: string[] = []
  const output = new LogOutput({
    notice,
    write(bytes) {
      if (busy > 0) {
        busy -= 1
        throw fault('EAGAIN')
      }
      taken.push(bytes.toString())
      return bytes.length
    },
  })
  output.write('a\n')
  busy = Number.POSITIVE_INFINITY
  output.write('b\n')
  busy = 0
  output.write('c\n')
  expect(taken.join('')).toBe('a\n{"dropped":1}\nc\n')
})

test('a process whose log is on a full disk goes on, and ends when it wants to', async () => {
  const program = `import { createLog, droppedLines } from ${JSON.stringify(fileURLToPath(new URL('log.ts', import.meta.url)))}
const log = createLog('orchestrator', 'info')
for (let number = 0; number < 1000; number += 1) log.info({ number }, 'hello')
await new Promise((resolve) => setTimeout(resolve, 10))
process.stderr.write(String(droppedLines(log)))`
  const child = spawn('sh', [
    '-c',
    'exec "$@" > /dev/full',
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    program,
  ])
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number | null]>])
  clearTimeout(timer)
  expect({ said, code }).toEqual({ said: '1000', code: 0 })
})

test('a log that goes elsewhere has dropped nothing', () => {
  expect(droppedLines(createLog('orchestrator', 'info', { write: () => undefined }))).toBe(0)
})
