import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isInstalled } from '@arcx/launch/command'
import { installPackages } from '@arcx/launch/distribution'
import { ensureEngine } from '@arcx/launch/docker-engine'
import { ensureImage } from '@arcx/launch/image'
import { claimInstance } from '@arcx/launch/instance'
import { ensureNatsServer } from '@arcx/launch/nats'
import { testPort } from './port.ts'
import { startPostgres } from '@arcx/launch/postgres'
import type { Progress } from '@arcx/launch/progress'
import { cacheDirectory, repository } from '@arcx/launch/stack'
import { buildDesktop } from '@arcx/launch/desktop-build'
import { ensureWeb } from '@arcx/launch/web-build'
import { removeDeadRuns, removeRun } from './leftovers.ts'
import type { RunSettings } from './run.ts'

const root = join(tmpdir(), 'arcx-test')

/** Prepares the machine for a run; what undoes each part is pushed to `stops`, to be called last first. */
export async function prepare(progress: Progress, stops: (() => Promise<unknown>)[]): Promise<RunSettings> {
  const id = `test-${randomBytes(4).toString('hex')}`
  const directory = join(root, id)
  await mkdir(directory, { recursive: true, mode: 0o711 })
  const claim = await claimInstance(directory, () => ({
    pid: process.pid,
    publicOrigin: 'http://localhost',
    listen: '127.0.0.1',
    port: 1,
    stopping: false,
  }))
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
    testPort().then((port) =>
      startPostgres({
        directory: join(directory, 'postgres'),
        port,
        password,
        logFile: join(directory, 'postgres.log'),
      }),
    ),
    ensureWeb(repository, progress),
    buildDesktop(repository, progress),
  ])
  stops.push(() => postgres.child.stop('SIGINT', 3000))
  return {
    ARCX_TEST_RUN: id,
    ARCX_TEST_DIRECTORY: directory,
    ARCX_TEST_DOCKER_HOST: host,
    ...(child?.process.pid === undefined ? {} : { ARCX_TEST_ENGINE_PID: String(child.process.pid) }),
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
