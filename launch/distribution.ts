import { readFile } from 'node:fs/promises'
import { must } from './command.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'

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
  if (!(await isDebianLike())) throw new LaunchError(`${why} Install ${list} with this system's package manager and run this again.`)
  if (!isRoot()) throw new LaunchError(`${why} Run: sudo apt-get install -y ${list} — then run this again.`)
  progress.say(`${why} Installing from the distribution: ${list}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const onLine = (line: string) => {
    if (/^(Get:|Unpacking|Setting up)/.test(line)) progress.update(line)
  }
  await must('Package lists', 'apt-get', ['update', '--quiet'], { env })
  await must('Packages', 'apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...packages], { env, onLine })
}
