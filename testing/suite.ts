import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { isInstalled } from '@arcx/launch/command'
import { installPackages } from '@arcx/launch/distribution'
import { ensureEngine } from '@arcx/launch/docker-engine'
import { ensureImage } from '@arcx/launch/image'
import { claimInstance } from '@arcx/launch/instance'
import { lint } from '@arcx/launch/lint'
import { ensureNatsServer } from '@arcx/launch/nats'
import { freePort } from '@arcx/launch/ports'
import { startPostgres } from '@arcx/launch/postgres'
import type { Progress } from '@arcx/launch/progress'
import { cacheDirectory, repository } from '@arcx/launch/stack'
import { ensureWeb } from '@arcx/launch/web-build'
import { removeDeadRuns, removeRun } from './leftovers.ts'
import type { RunSettings } from './run.ts'

const root = join(tmpdir(), 'arcx-test')

interface Count {
  readonly passed: number
  readonly failed: number
}

/**
 * `npm test`: prepares the machine, runs everything, or what the names ask for, and leaves nothing behind.
 * Its last line is `N passed, N failed`. Returns an exit code.
 */
export async function runTests(names: readonly string[], progress: Progress): Promise<number> {
  const counts: Count[] = []
  const stops: (() => Promise<unknown>)[] = []
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort())
  try {
    const settings = await prepare(progress, stops)
    if (names.length === 0) {
      const checks = await lint(progress)
      counts.push({ passed: checks.filter((good) => good).length, failed: checks.filter((good) => !good).length })
    }
    counts.push(await vitest(['unit', 'integration'], names, settings, interrupted.signal))
    counts.push(await vitest(['alone'], names, settings, interrupted.signal))
  } catch (error) {
    progress.say(error instanceof Error ? error.message : String(error))
    counts.push({ passed: 0, failed: 1 })
  } finally {
    for (const stop of stops.toReversed()) await stop().catch((error: unknown) => progress.say(`Left behind: ${error instanceof Error ? error.message : error}`))
  }
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 && passed > 0 && !interrupted.signal.aborted ? 0 : 1
}

async function prepare(progress: Progress, stops: (() => Promise<unknown>)[]): Promise<RunSettings> {
  const id = `test-${randomBytes(4).toString('hex')}`
  const directory = join(root, id)
  await mkdir(directory, { recursive: true, mode: 0o711 })
  const claim = await claimInstance(directory, () => ({ pid: process.pid, publicOrigin: 'http://localhost', listen: '127.0.0.1', port: 1 }))
  stops.push(async () => claim.close())
  const logs = join(root, 'logs')
  await mkdir(logs, { recursive: true })
  const { host, engine, child } = await ensureEngine(process.env['DOCKER_HOST'], logs, progress)
  if (child !== null) stops.push(() => child.stop('SIGTERM', 10_000))
  stops.push(async () => {
    // A test may have taken the engine down with it.
    const again = await ensureEngine(process.env['DOCKER_HOST'], logs, progress)
    await removeRun(engine, directory, id)
    await again.child?.stop('SIGTERM', 10_000)
  })
  await removeDeadRuns(engine, root)
  const password = randomBytes(16).toString('hex')
  const [image, nats, chromium, postgres] = await Promise.all([
    ensureImage(engine, repository, cacheDirectory, progress),
    ensureNatsServer(cacheDirectory, progress),
    ensureChromium(progress),
    freePort().then((port) => startPostgres({ directory: join(directory, 'postgres'), port, password, logFile: join(directory, 'postgres.log') })),
    ensureWeb(repository, progress),
  ])
  stops.push(() => postgres.child.stop('SIGINT', 3000))
  return {
    ARCX_TEST_RUN: id,
    ARCX_TEST_DIRECTORY: directory,
    ARCX_TEST_DOCKER_HOST: host,
    ARCX_TEST_IMAGE: image,
    ARCX_TEST_NETWORK: id,
    ARCX_TEST_DATABASE_URL: postgres.url,
    ARCX_TEST_NATS_BINARY: nats,
    ARCX_TEST_CHROMIUM: chromium,
  }
}

async function ensureChromium(progress: Progress): Promise<string> {
  const find = async () => {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      const path = await isInstalled(name)
      if (path !== null) return path
    }
    return null
  }
  const found = await find()
  if (found !== null) return found
  await installPackages(['chromium'], 'The tests drive a real browser.', progress)
  return (await find()) ?? 'chromium'
}

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

async function vitest(projects: readonly string[], names: readonly string[], settings: RunSettings, signal: AbortSignal): Promise<Count> {
  const reportFile = join(settings.ARCX_TEST_DIRECTORY, `report-${projects.join('-')}.json`)
  const args = [
    join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--root', repository, '--passWithNoTests',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default', '--reporter=json', '--silent=passed-only', `--outputFile.json=${reportFile}`, ...names,
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...settings } })
  const end = () => child.kill('SIGTERM')
  signal.addEventListener('abort', end)
  const [code] = await once(child, 'exit')
  signal.removeEventListener('abort', end)
  const report = Report.safeParse(JSON.parse(await readFile(reportFile, 'utf8').catch(() => 'null')))
  if (!report.success) return { passed: 0, failed: 1 }
  const { numPassedTests: passed, numFailedTests, testResults } = report.data
  // A file that could not even be loaded has no test that failed.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  const failed = numFailedTests + broken
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) }
}
