import { readFile } from 'node:fs/promises'
import { run } from './command.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'

const lockTimeoutMs = 10 * 60_000

export const isRoot = (): boolean => process.getuid?.() === 0

async function isDebianLike(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release)
}

/**
 * Installs packages of the distribution, saying so first.
 * @throws {LaunchError} that names the command to run, where this process may not or cannot.
 */
export async function installPackages(packages: readonly string[], why: string, progress: Progress): Promise<void> {
  const list = packages.join(' ')
  if (!(await isDebianLike()))
    throw new LaunchError(`${why} Install ${list} with this system's package manager and run this again.`)
  if (!isRoot()) throw new LaunchError(`${why} Run: sudo apt-get install -y ${list} — then run this again.`)
  progress.say(`${why} Installing from the distribution: ${list}`)
  const onLine = (line: string) => {
    if (/^(Get:|Unpacking|Setting up)/.test(line)) progress.update(line)
  }
  await apt(['update', '--quiet'], progress)
  await apt(['install', '--yes', '--quiet', '--no-install-recommends', ...packages], progress, onLine)
}

/** Waits while another program, or another part of this one, has the package database locked. */
async function apt(
  args: readonly string[],
  progress: Progress,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const deadline = Date.now() + lockTimeoutMs
  for (;;) {
    const { code, output } = await run('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive' }, onLine })
    if (code === 0) return
    if (!/Could not get lock|is another process using it/i.test(output) || Date.now() > deadline) {
      const last = output.trim().split('\n').slice(-2).join(' | ')
      throw new LaunchError(`apt-get ${args[0]} failed: ${last.slice(-400)}`)
    }
    progress.update('Waiting for another program to finish with the package database')
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
