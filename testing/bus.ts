import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startNats } from '@arcx/launch/nats'
import type { Nats } from '@arcx/launch/nats'
import { testPort } from './port.ts'
import { testDirectory, testRun } from './run.ts'

const mostTries = 5

/** A NATS server of one test file's own: events carry no name of a deployment. */
export async function startBus(): Promise<Nats> {
  const run = testRun()
  for (let tries = 1; ; tries += 1) {
    const directory = await testDirectory(run, 'nats')
    const logFile = join(directory, 'nats.log')
    try {
      return await startNats({
        directory,
        port: await testPort(),
        token: randomBytes(16).toString('hex'),
        binary: run.ARCX_TEST_NATS_BINARY,
        logFile,
      })
    } catch (error) {
      // A connection of another test has got the port since it was found free.
      const isTaken = (await readFile(logFile, 'utf8')).includes('address already in use')
      if (!isTaken || tries === mostTries) throw error
    }
  }
}
