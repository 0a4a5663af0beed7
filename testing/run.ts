import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import Docker from 'dockerode'
import { z } from 'zod'
import { socketPathOf } from '@arcx/server/runtime/docker/host'

/** What `npm test` has prepared, as it tells the tests by their environment. */
export const RunSettings = z.object({
  /** Stands in the name or label of everything that the run makes. */
  ARCX_TEST_RUN: z.string(),
  /** A directory of the run's own. */
  ARCX_TEST_DIRECTORY: z.string(),
  ARCX_TEST_DOCKER_HOST: z.string(),
  /** The engine's process, where the run itself has started it. */
  ARCX_TEST_ENGINE_PID: z.string().optional(),
  ARCX_TEST_IMAGE: z.string(),
  ARCX_TEST_NETWORK: z.string(),
  /** A server on which tests make databases of their own. */
  ARCX_TEST_DATABASE_URL: z.string(),
  ARCX_TEST_NATS_BINARY: z.string(),
  ARCX_TEST_CHROMIUM: z.string(),
})
export type RunSettings = z.infer<typeof RunSettings>

/** @throws outside of `npm test`. */
export function testRun(): RunSettings {
  const parsed = RunSettings.safeParse(process.env)
  if (!parsed.success) throw new Error('This test needs an engine and servers of its own; run it by: npm test -- NAME')
  return parsed.data
}

/** A value for `ARC_DEPLOYMENT`: the run's end removes every container that carries one. */
export const testDeployment = (run: RunSettings): string => `${run.ARCX_TEST_RUN}-${randomBytes(3).toString('hex')}`

export const testDirectory = (run: RunSettings, name: string): Promise<string> =>
  mkdtemp(join(run.ARCX_TEST_DIRECTORY, `${name}-`))

export const testEngine = (run: RunSettings): Docker =>
  new Docker({ socketPath: socketPathOf(run.ARCX_TEST_DOCKER_HOST) })
