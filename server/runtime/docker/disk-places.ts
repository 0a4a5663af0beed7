import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { WatchedDirectory } from '@arcx/service-kit/disk'
import type { DockerClient } from './client.ts'

/** Where something is kept on this machine. PostgreSQL and NATS may have a file system of their own, or be elsewhere. */
export async function diskPlaces(dataDirectory: string, engine: DockerClient): Promise<readonly WatchedDirectory[]> {
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
    candidates.map((place) =>
      access(place.path).then(
        () => [place],
        () => [],
      ),
    ),
  )
  return [{ name: 'the data directory', path: dataDirectory }, ...there.flat()]
}
