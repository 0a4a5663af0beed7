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
  expect(JSON.parse(lines.join(''))).toMatchObject({ service: 'orchestrator', level: 'info', msg: 'hello', requestId: '1', time: expect.stringMatching(/^\d{4}-.*Z$/) })
})

test('Coder CVE-2026-111926: what speaks of secrets is cut', () => {
  const { lines, out } = capture()
  const log = createLog('orchestrator', 'info', out)
  log.info({ req: { headers: { cookie: 'arc_session=hunter2', authorization: 'Bearer hunter2' } } }, 'a')
  log.info({ user: { token: 'hunter2', password: 'hunter2', secret: 'hunter2' } }, 'b')
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain('hunter2')
})
