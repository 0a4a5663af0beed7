import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { WatchedDirectory } from '@arcx/service-kit/disk'
import type { DockerClient } from './client.ts'

/** Directories on this machine whose free space is watched. PostgreSQL and NATS may have a file system of their own, or be elsewhere. */
export async function watchedDirectories(
  dataDirectory: string,
  engine: DockerClient,
): Promise<readonly WatchedDirectory[]> {
  const engineRoot = await (engine.info() as Promise<{ readonly DockerRootDir?: string }>).then(
    (info) => info.DockerRootDir,
    () => undefined,
  )
  const candidates = [
    { name: 'PostgreSQL', path: join(dataDirectory, 'postgres') },
    { name: 'NATS', path: join(dataDirectory, 'nats') },
    ...(engineRoot === undefined ? [] : [{ name: 'Docker', path: engineRoot }]),
  ]
  const there = await Promise.all(
    candidates.map((directory) =>
      access(directory.path).then(
        () => [directory],
        () => [],
      ),
    ),
  )
  return [{ name: 'the data directory', path: dataDirectory }, ...there.flat()]
}
