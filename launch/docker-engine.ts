import { access, constants, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import Docker from 'dockerode'
import { isLocalHost, socketPathOf } from '@arcx/server/runtime/docker/host'
import { startChild, whenWorking } from './children.ts'
import type { Child } from './children.ts'
import { isInstalled, run } from './command.ts'
import { installPackages, isRoot } from './distribution.ts'
import { processesCalled, untilEnded } from './ending.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'

const defaultHost = 'unix:///var/run/docker.sock'
const startTimeoutMs = 40_000

export interface FoundEngine {
  readonly host: string
  readonly engine: Docker
  /** There only where this process started the engine, and so stops it. */
  readonly child: Child | null
}

/** Finds a Docker engine, or, as root on Debian or Ubuntu, installs and starts the distribution's. */
export async function ensureEngine(
  dockerHost: string | undefined,
  logDirectory: string,
  progress: Progress,
): Promise<FoundEngine> {
  const host = dockerHost ?? defaultHost
  if (!isLocalHost(host)) {
    throw new LaunchError(
      `DOCKER_HOST is ${host}; it takes unix:// and a path: workspaces’ homes are directories of this machine.`,
    )
  }
  const path = socketPathOf(host)
  const engine = new Docker({ socketPath: path })
  if (await answers(engine)) return { host, engine, child: null }
  if ((await exists(path)) && !(await mayUse(path))) {
    throw new LaunchError(
      `You may not use Docker (${path}). Run: sudo usermod -aG docker "$USER" — sign in again, and run this again.`,
    )
  }
  if (dockerHost !== undefined)
    throw new LaunchError(`No Docker engine answers at DOCKER_HOST (${dockerHost}). Start it, or unset DOCKER_HOST.`)
  const missing =
    (await isInstalled('dockerd')) === null
      ? ['docker.io', 'iptables']
      : (await isInstalled('iptables')) === null
        ? ['iptables']
        : []
  if (missing.length > 0)
    await installPackages(
      missing,
      missing.includes('docker.io')
        ? 'There is no Docker engine on this machine.'
        : 'The Docker engine needs iptables.',
      progress,
    )
  if (await answers(engine)) return { host, engine, child: null }
  if (!isRoot())
    throw new LaunchError(
      'The Docker engine is installed but does not run. Run: sudo systemctl start docker — then run this again.',
    )
  progress.update('Starting the Docker engine')
  if (await exists('/run/systemd/system')) {
    await run('systemctl', ['start', 'docker'])
    if (await untilItAnswers(engine, null)) return { host, engine, child: null }
    throw new LaunchError('systemctl start docker did not bring up the Docker engine; see journalctl -u docker.')
  }
  return { host, engine, child: await startEngine(host, logDirectory) }
}

/** Says in an engine's environment which launcher's it is. */
const ownerVariable = 'ARC_ENGINE_OF'

export const engineEnvironment = (logDirectory: string): Readonly<Record<string, string>> => ({
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
  [ownerVariable]: logDirectory,
})

/** An engine outlives a launcher that is killed: it is ended, so that this one may keep one of its own. Containers run on. */
export async function untilLastEngineHasEnded(logDirectory: string, progress: Progress): Promise<void> {
  const isEngine = ([program = '']: readonly string[]) => basename(program) === 'dockerd'
  await untilEnded(
    {
      name: 'the Docker engine',
      find: () => processesCalled(isEngine, `${ownerVariable}=${logDirectory}`),
      signal: 'SIGTERM',
    },
    progress,
  )
}

/** Starts an engine of our own. Where it does not come up, nothing of it stays. `more`: further options of dockerd's. */
export async function startEngine(
  host: string,
  logDirectory: string,
  signal?: AbortSignal,
  more: readonly string[] = [],
): Promise<Child> {
  const engine = new Docker({ socketPath: socketPathOf(host) })
  const logFile = join(logDirectory, 'docker.log')
  const dockerd = (await isInstalled('dockerd')) ?? 'dockerd'
  const env = engineEnvironment(logDirectory)
  // One that was killed leaves a containerd behind that ends while the next engine already counts on it, so it is tried
  // twice. Containers outlive the engine, unless it is told of that elsewhere already, or is in a swarm: then not at all.
  for (const options of [['--live-restore'], ['--live-restore'], []]) {
    const child = startChild('Docker', [dockerd, '--host', host, ...options, ...more], { logFile, env })
    if (await whenWorking(child, signal, untilItAnswers(engine, child))) return child
    const endedByItself = child.process.exitCode !== null
    await child.stop('SIGTERM', 3000)
    if (!endedByItself) break
  }
  throw new LaunchError(`The Docker engine did not start; see ${logFile}.`)
}

const answers = (engine: Docker) =>
  engine.ping().then(
    () => true,
    () => false,
  )
const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
const mayUse = (path: string) =>
  access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )

async function untilItAnswers(engine: Docker, child: Child | null): Promise<boolean> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    if (await answers(engine)) return true
    const pause = new Promise<'again'>((resolve) => setTimeout(resolve, 100, 'again'))
    if ((await Promise.race([pause, ...(child === null ? [] : [child.ended])])) !== 'again') return false
  }
  return false
}
