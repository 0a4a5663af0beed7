import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { createLog } from '@arcx/service-kit/log'
import { testDeployment, testDirectory, testRun } from '@arcx/testing/run'
import { engineContract } from '../engine.contract.ts'
import type { EngineUnderTest } from '../engine.contract.ts'
import { NodePath } from '../home.ts'
import { supervisorKeys } from '../supervisor-keys.ts'
import { openDocker } from './client.ts'
import { containerName } from './container.ts'
import type { ContainerSettings } from './container.ts'
import { DirectoryHomes } from './directory-homes.ts'
import { DockerEngine } from './docker-engine.ts'
import { decideIsolation } from './isolation.ts'
import { SocketConnection } from './socket-connection.ts'
import { SocketDirectories, unmountSockets } from './socket-directory.ts'

const seccomp = fileURLToPath(new URL('../../../deploy/seccomp.json', import.meta.url))
const log = createLog('test', 'error')
const run = testRun()

async function settingsFor(wanted: 'auto' | 'sealed'): Promise<ContainerSettings> {
  return {
    deployment: testDeployment(run),
    image: run.ARCX_TEST_IMAGE,
    domain: 'localhost',
    memoryBytes: 2 ** 30,
    cpuCores: 1,
    pidsLimit: 512,
    seccomp: JSON.stringify(JSON.parse(await readFile(seccomp, 'utf8'))),
    isolation: await decideIsolation(openDocker(run.ARCX_TEST_DOCKER_HOST), wanted, run.ARCX_TEST_NETWORK, 'none'),
    hasProxy: false,
  }
}

async function openEngine(wanted: 'auto' | 'sealed'): Promise<EngineUnderTest> {
  const docker = openDocker(run.ARCX_TEST_DOCKER_HOST)
  const settings = await settingsFor(wanted)
  const directory = await testDirectory(run, 'engine')
  const homes = new DirectoryHomes(directory, await SocketDirectories.open())
  const keyOf = supervisorKeys(randomBytes(32))
  return {
    engine: new DockerEngine(docker, settings, log),
    stranger: new DockerEngine(docker, { ...settings, deployment: testDeployment(run) }, log),
    homes,
    keyOf,
    connection: new SocketConnection((workspaceId) => homes.mounts(workspaceId).sockets, keyOf),
    shown: async (ref) => JSON.stringify(await docker.getContainer(containerName(ref)).inspect()),
    close: () => unmountSockets(directory),
  }
}

engineContract('Docker with a network', () => openEngine('auto'))
engineContract('Docker without one', () => openEngine('sealed'))

const nobody = { workspaceId: WorkspaceId.parse(randomUUID()), incarnation: 1 }
const somewhere = NodePath.parse(run.ARCX_TEST_DIRECTORY)
const spec = { ...nobody, name: 'nobody', mounts: { home: somewhere, sockets: somewhere, resolver: somewhere } }

test('what the engine will never make is refused for good, in its words', async () => {
  const settings = { ...(await settingsFor('sealed')), image: 'no-such-image:1' }
  await expect(new DockerEngine(openDocker(run.ARCX_TEST_DOCKER_HOST), settings, log).make(spec)).rejects.toMatchObject(
    {
      name: 'StartRefused',
      message: expect.stringContaining('no-such-image'),
    },
  )
})

test('an engine that is away is unavailable, whatever it is asked', async () => {
  const engine = new DockerEngine(openDocker('unix:///nowhere/docker.sock'), await settingsFor('sealed'), log)
  const asked = [
    engine.check(),
    engine.make(spec),
    engine.start(nobody, ''),
    engine.stop(nobody, 1),
    engine.pause(nobody),
    engine.remove(nobody),
    engine.inspect(nobody),
    engine.list(),
    engine.ended(nobody),
    engine.exec(nobody, { command: ['true'], tty: null, directory: null }),
    engine.stats(nobody),
    engine.logs(nobody, 1),
    engine.events(new AbortController().signal)[Symbol.asyncIterator]().next(),
  ]
  for (const each of await Promise.allSettled(asked))
    expect(each).toMatchObject({ status: 'rejected', reason: { code: 'engine_unavailable' } })
})
