import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'
import { Shutdown } from './shutdown.ts'

const silent = createLog('test', 'error', new Writable({ write: (_chunk, _encoding, done) => done() }))

test('closes last first; one that fails or hangs does not keep the rest open', async () => {
  const closed: string[] = []
  const shutdown = new Shutdown(silent, 20)
  shutdown.add('first', () => void closed.push('first'))
  shutdown.add('hangs', () => new Promise(() => undefined))
  shutdown.add('fails', () => Promise.reject(new Error('no')))
  shutdown.add('last', () => void closed.push('last'))
  await Promise.all([shutdown.close(), shutdown.close()])
  expect(closed).toEqual(['last', 'first'])
})
