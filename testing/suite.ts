import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { lint } from '@arcx/launch/lint'
import type { Progress } from '@arcx/launch/progress'
import { onceAskedToStop } from '@arcx/launch/signals'
import { repository } from '@arcx/launch/stack'
import { prepare } from './prepare.ts'
import type { RunSettings } from './run.ts'

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
  onceAskedToStop(() => interrupted.abort())
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
    for (const stop of stops.toReversed())
      await stop().catch((error: unknown) =>
        progress.say(`Left behind: ${error instanceof Error ? error.message : error}`),
      )
  }
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 && passed > 0 && !interrupted.signal.aborted ? 0 : 1
}

/** `npm run fuzz -- SECONDS`: each fuzzer for as long. Returns an exit code. */
export async function runFuzzers([seconds = '60', ...rest]: readonly string[], progress: Progress): Promise<number> {
  if (!/^[1-9]\d{0,5}$/.test(seconds)) {
    progress.say(`“${seconds}” is no number of seconds; for ten minutes of each fuzzer: npm run fuzz -- 600`)
    return 1
  }
  process.env['ARCX_FUZZ_SECONDS'] = seconds
  return runTests(rest.length === 0 ? ['fuzz'] : rest, progress)
}

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

async function vitest(
  projects: readonly string[],
  names: readonly string[],
  settings: RunSettings,
  signal: AbortSignal,
): Promise<Count> {
  const reportFile = join(settings.ARCX_TEST_DIRECTORY, `report-${projects.join('-')}.json`)
  const args = [
    join(repository, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    repository,
    '--passWithNoTests',
    ...projects.flatMap((project) => ['--project', project]),
    ...(projects.includes('alone') ? ['--no-file-parallelism'] : []),
    '--reporter=default',
    '--reporter=json',
    '--silent=passed-only',
    `--outputFile.json=${reportFile}`,
    ...names,
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...settings },
  })
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
