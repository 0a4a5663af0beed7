import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startNats } from '@arcx/launch/nats'
import type { Nats } from '@arcx/launch/nats'
import { freePort } from '@arcx/launch/ports'
import { testDirectory, testRun } from './run.ts'

/** A NATS server of one test file's own: events carry no name of a deployment. */
export async function startBus(): Promise<Nats> {
  const run = testRun()
  const directory = await testDirectory(run, 'nats')
  return startNats({
    directory,
    port: await freePort(),
    token: randomBytes(16).toString('hex'),
    binary: run.ARCX_TEST_NATS_BINARY,
    logFile: join(directory, 'nats.log'),
  })
}
