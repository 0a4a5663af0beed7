import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { testDirectory, testRun } from '@arcx/testing/run'
import { startNats } from './nats.ts'
import { freePort, onFreePort } from './ports.ts'

test('a NATS server that another was quicker than is not taken for it, and gets another port', async () => {
  const run = testRun()
  const start = async (port: number) => {
    const directory = await testDirectory(run, 'nats')
    const nats = await startNats({
      directory,
      port,
      token: randomBytes(16).toString('hex'),
      binary: run.ARCX_TEST_NATS_BINARY,
      logFile: join(directory, 'nats.log'),
    })
    onTestFinished(() => nats.child.stop('SIGTERM', 2000))
    return nats
  }
  const port = await freePort()
  const first = await start(port)
  expect(new URL(first.url).port).toBe(String(port))
  await expect(start(port)).rejects.toThrow('NATS did not start')
  const second = await onFreePort(port, start)
  expect(new URL(second.url).port).not.toBe(String(port))
})
