import { execFile } from 'node:child_process'
import { utimes } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ensureEngine } from '@arcx/launch/docker-engine'
import { testRun } from '@arcx/testing/run'
import { send } from '@arcx/testing/http'
import { newPlace, startProduct } from './product.ts'

/** It builds the web application anew under everybody who shows it, so nobody else may meanwhile. */
test('npm run dev does the same, restarts when a source changes, and begins again what was killed', async () => {
  // The test before may have taken the engine down with it.
  const silent = { say: () => undefined, update: () => undefined }
  const engine = await ensureEngine(undefined, testRun().ARCX_TEST_DIRECTORY, silent)
  onTestFinished(async () => engine.child?.stop('SIGTERM', 10_000))
  const product = await startProduct(await newPlace(), 'dev')
  onTestFinished(async () => void (await product.interrupt()))
  const before = (await send(product.place.port, '/metrics')).body
  const startedAt = /process_start_time_seconds\S* (\d+)/.exec(before)?.[1]
  const source = fileURLToPath(new URL('../server/main.ts', import.meta.url))
  const now = new Date()
  await utimes(source, now, now)
  await vi.waitFor(
    async () => {
      const after = (await send(product.place.port, '/metrics')).body
      expect(/process_start_time_seconds\S* (\d+)/.exec(after)?.[1]).not.toBe(startedAt)
    },
    { timeout: 60_000, interval: 200 },
  )
  // One that is killed comes back by itself.
  const processes = async () => {
    const { stdout } = await promisify(execFile)('ps', ['-eww', '-o', 'pid=,args=', 'e'], {
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
      .split('\n')
      .filter(
        (line) =>
          line.includes(`ARC_DATA_DIR=${product.place.directory}`) && /(collab|server|proxy)\/main\.ts/.test(line),
      )
  }
  const ready = (folder: string, variable: string, not: number) =>
    vi.waitFor(
      async () => {
        const line = (await processes()).find((each) => each.includes(`/${folder}/main.ts`)) ?? ''
        const [pid, port] = [
          Number(line.trim().split(' ')[0]),
          Number(new RegExp(` ${variable}=(\\d+)`).exec(line)?.[1]),
        ]
        expect([pid > 0, pid !== not, (await send(port, '/readyz')).status]).toEqual([true, true, 200])
        return pid
      },
      { timeout: 60_000, interval: 200 },
    )
  for (const [folder, variable] of [
    ['collab', 'ARC_COLLAB_PORT'],
    ['server', 'ARC_PORT'],
  ] as const) {
    const killed = await ready(folder, variable, 0)
    process.kill(killed, 'SIGKILL')
    await ready(folder, variable, killed)
  }
  // While team-state may still be on its way.
  await product.interrupt()
  expect(await processes()).toEqual([])
})
