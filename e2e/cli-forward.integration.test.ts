import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runInside, startInside } from '@arcx/testing/orchestrator'
import { startWithCli } from './with-cli.ts'
import type { WithCli } from './with-cli.ts'

/** Does with each connection what its first line says, and keeps how the other side ended, by the connection's name. */
const program = `
const { appendFileSync } = require('node:fs')
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  let [line, count] = ['', 0]
  let task = null
  const end = (how) => task && appendFileSync('/tmp/ends', task.name + ' ' + how + ' ' + count + '\\n')
  socket.on('data', (bytes) => {
    if (task !== null) return void (count += bytes.length)
    line += bytes.toString('latin1')
    const at = line.indexOf('\\n')
    if (at === -1) return
    task = JSON.parse(line.slice(0, at))
    count = line.length - at - 1
    if (task.first === 'server') socket.end(Buffer.alloc(task.bytes, 1))
    if (task.first === 'reset') { socket.write(Buffer.alloc(task.bytes, 1)); setTimeout(() => socket.resetAndDestroy(), 50) }
    if (task.first === 'speak') socket.write(Buffer.alloc(task.bytes, 1))
  })
  socket.on('end', () => { end('fin'); if (!socket.writableEnded) socket.end(Buffer.alloc(task ? task.bytes : 7, 1)) })
  socket.on('error', (error) => end(error.code))
}).listen(7201, '127.0.0.1')`

let all: WithCli
let forwarding: ChildProcess
let port: number
let said = ''

beforeAll(async () => {
  all = await startWithCli()
  await startInside(all.arc.engine, all.box.id, ['node', '-e', program])
  const child = all.cli.start(['port-forward', 'box', '0:7201', '--json'])
  forwarding = child
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  port = (JSON.parse(line.toString()) as { local: number }).local
  await vi.waitFor(
    async () =>
      expect((await runInside(all.arc.engine, all.box.id, ['nc', '-z', '127.0.0.1', '7201'])).exitCode).toBe(0),
    { timeout: 10_000 },
  )
})
afterAll(async () => {
  forwarding?.kill('SIGINT')
  await all?.arc.destroy()
})

interface Heard {
  readonly bytes: number
  readonly how: 'fin' | 'reset'
}

/** What a client hears from the other side, until that has ended. */
function heard(socket: Socket): Promise<Heard> {
  return new Promise((resolve) => {
    let bytes = 0
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
    socket.on('end', () => resolve({ bytes, how: 'fin' }))
    socket.on('error', () => resolve({ bytes, how: 'reset' }))
  })
}

const open = () => connect({ port, host: '127.0.0.1', allowHalfOpen: true })
const ended = (name: string) =>
  vi.waitFor(
    async () => {
      const [, how, count] =
        new RegExp(`^${name} (\\S+) (\\d+)`, 'm').exec(
          (await runInside(all.arc.engine, all.box.id, ['cat', '/tmp/ends'])).output,
        ) ?? []
      expect(how).toBeDefined()
      return { how, count: Number(count) }
    },
    { timeout: 20_000 },
  )

const sizes = [0, 1, 1_000_000] as const
const both = sizes.flatMap((here) => sizes.map((there) => [here, there] as const))

describe('the ends of a forwarded connection', () => {
  test.each(both)('the client ends first, after %i bytes; %i come back', async (here, there) => {
    const socket = open()
    const name = randomBytes(4).toString('hex')
    const back = heard(socket)
    socket.write(`${JSON.stringify({ name, first: 'client', bytes: there })}\n`)
    socket.end(Buffer.alloc(here))
    expect(await back).toEqual({ bytes: there, how: 'fin' })
    expect(await ended(name)).toEqual({ how: 'fin', count: here })
  })

  test.each(both)(
    'the program ends first; %i bytes that the client sends then arrive, after %i to it',
    async (here, there) => {
      const socket = open()
      const name = randomBytes(4).toString('hex')
      const back = heard(socket)
      socket.write(`${JSON.stringify({ name, first: 'server', bytes: there })}\n`)
      expect(await back).toEqual({ bytes: there, how: 'fin' })
      socket.end(Buffer.alloc(here))
      expect(await ended(name)).toEqual({ how: 'fin', count: here })
    },
  )

  test('a client that ends at once is answered', async () => {
    const socket = open()
    const back = heard(socket)
    socket.end()
    expect(await back).toEqual({ bytes: 7, how: 'fin' })
  })

  test.each(sizes)('a reset of the program’s after %i bytes arrives as one', async (there) => {
    const socket = open()
    const back = heard(socket)
    socket.write(`${JSON.stringify({ name: 'x', first: 'reset', bytes: there })}\n`)
    expect((await back).how).toBe('reset')
  })

  test.each(sizes)('a reset of the client’s after %i bytes to it arrives as one', async (there) => {
    const socket = open()
    const name = randomBytes(4).toString('hex')
    let bytes = 0
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
    socket.write(`${JSON.stringify({ name, first: 'speak', bytes: there })}\n`)
    await vi.waitFor(() => expect(bytes).toBe(there), { timeout: 10_000 })
    if (there === 0) await once(socket, 'connect').catch(() => undefined)
    socket.resetAndDestroy()
    if (there > 0) expect((await ended(name)).how).toBe('ECONNRESET')
  })
})

test.each([100, 300])('%i connections at once all work, while programs run and more are begun', async (count) => {
  const names = Array.from({ length: count }, () => randomBytes(4).toString('hex'))
  const held = names.map((name) => {
    const socket = open()
    const answer = once(socket, 'data')
    socket.on('error', () => undefined)
    socket.write(`${JSON.stringify({ name, first: 'speak', bytes: 1 })}\n`)
    return { socket, answer }
  })
  await Promise.all(held.map(({ answer }) => answer))
  expect(await all.cli.run(['exec', 'box', 'echo', 'still'])).toMatchObject({ code: 0, stdout: Buffer.from('still\n') })
  const backs = held.map(({ socket }) => {
    const back = heard(socket)
    socket.end('x')
    return back
  })
  for (const { how } of await Promise.all(backs)) expect(how).toBe('fin')
  expect(said).toBe('')
})
