import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { engineEnvironment, untilLastEngineHasEnded } from './docker-engine.ts'
import { silentProgress } from './progress.ts'

test.each(['logs', 'a=b/logs'])(
  'the engine that an earlier launcher left is found again by its directory %s',
  async (name) => {
    const directory = await mkdtemp(join(tmpdir(), 'arcx-engine-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    // A process of that name, and nothing of an engine's but its environment.
    const [own, others] = [join(directory, name), join(directory, 'others')].map((logs) =>
      spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60_000)'], {
        argv0: 'dockerd',
        env: engineEnvironment(logs),
        stdio: 'ignore',
      }),
    )
    onTestFinished(() => void [own, others].map((each) => each?.kill('SIGKILL')))
    await Promise.all([own, others].map((each) => (each === undefined ? null : once(each, 'spawn'))))
    await untilLastEngineHasEnded(join(directory, name), silentProgress)
    await vi.waitFor(() => expect(own?.signalCode).toBe('SIGTERM'))
    expect(others?.signalCode).toBeNull()
  },
)
