import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { testDirectory, testRun } from '@arcx/testing/run'

export const gitleaksVersion = '8.30.1'

const run = promisify(execFile)
const report = z.array(z.object({ File: z.string(), Match: z.string() }))

/** Built once from Go's module proxy, beside what tests keep. @throws where there is no Go, or the proxy cannot be reached. */
export async function gitleaks(): Promise<string> {
  const directory = join(await testDirectory(testRun(), 'gitleaks'), 'bin')
  const binary = join(directory, 'gitleaks')
  if (!existsSync(binary))
    await run('go', ['install', `github.com/zricethezav/gitleaks/v8@v${gitleaksVersion}`], {
      env: { ...process.env, GOBIN: directory },
    })
  return binary
}

/** In which of some texts gitleaks finds anything, each in a file of its own. */
export async function foundByGitleaks(binary: string, texts: readonly string[]): Promise<ReadonlySet<number>> {
  const directory = await mkdtemp(join(await testDirectory(testRun(), 'gitleaks'), 'texts-'))
  try {
    await mkdir(join(directory, 'in'))
    for (const [number, text] of texts.entries()) await writeFile(join(directory, 'in', `${number}.txt`), `${text}\n`)
    const path = join(directory, 'report.json')
    await run(binary, [
      'dir',
      join(directory, 'in'),
      '--report-path',
      path,
      '--report-format',
      'json',
      '--no-banner',
      '--exit-code',
      '0',
      '--log-level',
      'error',
    ])
    return new Set(
      report.parse(JSON.parse(await readFile(path, 'utf8'))).map(({ File }) => Number.parseInt(basename(File), 10)),
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
