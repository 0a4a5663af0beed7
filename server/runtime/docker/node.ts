import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { WatchedDirectory } from '@arcx/service-kit/disk'
import type { Log } from '@arcx/service-kit/log'
import type { Connection } from '../connection.ts'
import { NodeId } from '../node.ts'
import type { WorkspaceNode } from '../node.ts'
import type { SupervisorKeys } from '../supervisor-keys.ts'
import { tryIsolation } from './canary.ts'
import { openDocker } from './client.ts'
import type { ContainerSettings, Isolation } from './container.ts'
import { DirectoryHomes } from './directory-homes.ts'
import { watchedDirectories } from './watched-directories.ts'
import { DockerEngine } from './docker-engine.ts'
import { decideIsolation } from './isolation.ts'
import { SocketConnection } from './socket-connection.ts'
import { SocketDirectories } from './socket-directory.ts'

const seccompProfile = fileURLToPath(new URL('../../../deploy/seccomp.json', import.meta.url))

export interface DockerNodeSettings extends Omit<ContainerSettings, 'seccomp' | 'isolation' | 'hasProxy'> {
  readonly dockerHost: string
  readonly dataDirectory: string
  readonly isolation: 'auto' | 'networked' | 'sealed'
  readonly networkName: string
  readonly egress: 'none' | 'proxy' | 'open'
}

export interface DockerNode {
  readonly node: WorkspaceNode
  readonly connection: Connection
  readonly isolation: Isolation['form']
  /** Rejects where isolation does not hold: nothing of a workspace runs before. */
  readonly trial: Promise<void>
  /** Where it keeps something. */
  readonly directories: readonly WatchedDirectory[]
}

/** This machine and its Docker engine. @throws when isolation as it is asked for cannot be had. */
export async function openDockerNode(
  { dockerHost, dataDirectory, isolation: wanted, networkName, egress, ...more }: DockerNodeSettings,
  keyOf: SupervisorKeys,
  log: Log,
): Promise<DockerNode> {
  const docker = openDocker(dockerHost)
  const isolation = await decideIsolation(docker, wanted, networkName, egress === 'open' ? 'open' : 'none')
  const settings: ContainerSettings = {
    ...more,
    seccomp: JSON.stringify(JSON.parse(await readFile(seccompProfile, 'utf8'))),
    isolation,
    hasProxy: egress === 'proxy',
  }
  const trial = tryIsolation(docker, settings, egress === 'open' ? 'open' : 'closed')
  trial.catch(() => undefined)
  const homes = new DirectoryHomes(dataDirectory, await SocketDirectories.open())
  return {
    node: { id: NodeId.parse('local'), engine: new DockerEngine(docker, settings, log), homes },
    connection: new SocketConnection((workspaceId) => homes.mounts(workspaceId).sockets, keyOf),
    isolation: isolation.form,
    trial,
    directories: await watchedDirectories(dataDirectory, docker),
  }
}
