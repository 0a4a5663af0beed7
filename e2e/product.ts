import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testPort } from '@arcx/testing/port'
import { repository } from '@arcx/launch/stack'
import { testDeployment, testDirectory, testRun } from '@arcx/testing/run'

const start = fileURLToPath(new URL('../launch/start.mjs', import.meta.url))

/** Where one arcx keeps its things; starting again with the same place is starting the same arcx. */
export interface Installation {
  readonly directory: string
  readonly port: number
  readonly environment: NodeJS.ProcessEnv
}

export interface Ended {
  readonly code: number | null
  readonly output: string
}

export interface Product {
  readonly place: Installation
  readonly signInLink: string
  readonly pid: number
  /** The processes that `npm start` itself is. */
  launchers(): readonly number[]
  /** Whatever those have started and that still runs. */
  descendants(): readonly number[]
  output(): string
  readonly ended: Promise<Ended>
  /** Nobody reads what it says any more. */
  hangUp(): void
  /** Ends it in order; resolves once it has ended. */
  interrupt(): Promise<Ended>
}

export async function newPlace(overrides: NodeJS.ProcessEnv = {}): Promise<Installation> {
  const run = testRun()
  const [directory, port, proxyPort, collabPort] = await Promise.all([
    testDirectory(run, 'product'),
    testPort(),
    testPort(),
    testPort(),
  ])
  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    ARC_DATA_DIR: directory,
    ARC_PORT: String(port),
    // The usual ones may be another test's a moment later.
    ARC_PROXY_PORT: String(proxyPort),
    ARC_COLLAB_PORT: String(collabPort),
    ARC_DEPLOYMENT: testDeployment(run),
    ARC_NETWORK: `${run.ARCX_TEST_RUN}-${randomBytes(3).toString('hex')}`,
    DOCKER_HOST: run.ARCX_TEST_DOCKER_HOST,
    ...overrides,
  }
  return { directory, port, environment }
}

/** Runs one of `npm start`'s commands to its end. */
export async function runCommand(place: Installation, args: readonly string[]): Promise<Ended> {
  const { child, output } = launch(place, args)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: output() }
}

/** `npm start`, up to the line with the link; `by` npm itself, or as npm does it, which is quicker. */
export async function startProduct(
  place: Installation,
  command: 'run' | 'dev' = 'run',
  by: 'npm' | 'node' = 'node',
): Promise<Product> {
  const { child, output } = launch(place, [command], by)
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output: output() }))
  const printed = new Promise<string>((resolve) => {
    child.stdout.on('data', () => {
      const link = /^Sign in: (\S+)$/m.exec(output())?.[1]
      if (link !== undefined) resolve(link)
    })
  })
  const signInLink = await Promise.race([
    printed,
    ended.then((end) => {
      throw new Error(`npm start ended (${end.code}): ${end.output}`)
    }),
  ])
  return {
    place,
    signInLink,
    pid: child.pid ?? 0,
    launchers: () => [child.pid ?? 0, ...below(child.pid ?? 0).filter(isLauncher)],
    descendants: () => below(child.pid ?? 0).filter((pid) => !isLauncher(pid)),
    ended,
    hangUp() {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    output,
    interrupt() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const npmScripts: Readonly<Record<string, string>> = { run: 'start', dev: 'dev' }

function launch(place: Installation, args: readonly string[], by: 'npm' | 'node' = 'node') {
  const [first = '', ...rest] = args
  const command =
    by === 'node'
      ? [process.execPath, start, ...args]
      : ['npm', 'run', '--silent', npmScripts[first] ?? first, '--', ...rest]
  // It ends with the test's process, whatever becomes of that. In a group of its own, as at a terminal, which npm's is by then.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...command], {
    env: place.environment,
    cwd: repository,
    detached: by === 'npm',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  return { child, output: () => said.join('') }
}

/** The children of a process (proc_pid_task(5), `children`). */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter((text) => text !== '')
      .map(Number)
  } catch {
    return []
  }
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

const isLauncher = (pid: number) => /launch\/(start\.mjs|main\.ts) /.test(commandOf(pid))

function below(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...below(child)])
}

export const dataFile = (place: Installation, name: string): string => join(place.directory, name)
