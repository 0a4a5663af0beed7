import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { runningInstance } from '@arcx/launch/instance'
import { openHost } from '@arcx/server/runtime/docker/firewall'
import { unmountWithin } from './small-disk.ts'

/** Takes away every container, network, rule and file of a run. Nothing that is not labelled with its id is touched. */
export async function removeRun(engine: Docker, directory: string, run: string): Promise<void> {
  const containers = await engine.listContainers({ all: true, filters: { label: ['arcx.deployment'] } })
  const own = containers.filter(({ Labels }) => Labels['arcx.deployment']?.startsWith(`${run}-`))
  await Promise.allSettled(own.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })))
  const networks = await engine.listNetworks({ filters: { label: ['arcx.network'] } })
  for (const { Id } of networks.filter((network) => network.Name === run || network.Name.startsWith(`${run}-`))) {
    await engine
      .getNetwork(Id)
      .remove()
      .catch(() => undefined)
    await openHost({ bridge: `br-${Id.slice(0, 12)}` })
  }
  await unmountWithin(directory)
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
}

/** The same for every earlier run that did not get to do it. */
export async function removeDeadRuns(engine: Docker, root: string): Promise<void> {
  for (const run of await readdir(root).catch(() => [])) {
    const directory = join(root, run)
    if (/^test-[0-9a-f]+$/.test(run) && (await runningInstance(directory)) === null)
      await removeRun(engine, directory, run)
  }
}
