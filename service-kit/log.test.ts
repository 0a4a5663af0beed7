import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'

function capture() {
  const lines: string[] = []
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  return { lines, out }
}

test('a line is JSON with service, level and an ISO time', () => {
  const { lines, out } = capture()
  createLog('orchestrator', 'info', out).info({ requestId: '1' }, 'hello')
  expect(JSON.parse(lines.join(''))).toMatchObject({
    service: 'orchestrator',
    level: 'info',
    msg: 'hello',
    requestId: '1',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
  })
})

test('Coder CVE-2026-111926: what speaks of secrets is cut', () => {
  const { lines, out } = capture()
  const log = createLog('orchestrator', 'info', out)
  log.info({ req: { headers: { cookie: 'arc_session=hunter2', authorization: 'Bearer hunter2' } } }, 'a')
  log.info({ user: { token: 'hunter2', password: 'hunter2', secret: 'hunter2' } }, 'b')
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain('hunter2')
})

test('a credential in an error’s text is redacted, and the line stays JSON', () => {
  const { lines, out } = capture()
  const key = 'ghp_a9K2mX7pQ4rT8vW3yZ6bC1dF5gH0jL2nP4sU'
  createLog('proxy', 'info', out).warn(
    { err: new Error(`connect postgres://arcx:Tr0ub4dor-and-3@db:5432 with ${key}`) },
    'it failed',
  )
  expect(lines.join('')).not.toContain(key)
  expect(lines.join('')).not.toContain('Tr0ub4dor-and-3')
  expect(JSON.parse(lines.join(''))).toMatchObject({
    msg: 'it failed',
    err: { message: expect.stringContaining('connect postgres://arcx:') },
  })
})
