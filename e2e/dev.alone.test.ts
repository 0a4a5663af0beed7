import { utimes } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ensureEngine } from '@arcx/launch/docker-engine'
import { testRun } from '@arcx/testing/run'
import { send } from '@arcx/testing/http'
import { newPlace, startProduct } from './product.ts'

/** It builds the web application anew under everybody who shows it, so nobody else may meanwhile. */
test('npm run dev does the same, and restarts when a source changes', async () => {
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
  await vi.waitFor(async () => {
    const after = (await send(product.place.port, '/metrics')).body
    expect(/process_start_time_seconds\S* (\d+)/.exec(after)?.[1]).not.toBe(startedAt)
  }, { timeout: 60_000, interval: 200 })
})
