import type { NetworkInspectInfo } from 'dockerode'
import { ask, orNothing, statusOf } from './client.ts'
import type { DockerClient } from './client.ts'

export type Egress = 'none' | 'open'

export interface WorkspaceNetwork {
  /** The engine may hold two of one name; this means one of them. */
  readonly id: string
  readonly name: string
  /** The host's interface. */
  readonly bridge: string
  /** The host's address on it. */
  readonly gateway: string
  readonly subnet: string
}

/**
 * Makes sure of the network on which workspaces cannot reach one another, and, with `egress` none, nothing outside.
 * @throws when a network of that name is there with other properties.
 */
export async function ensureNetwork(engine: DockerClient, name: string, egress: Egress): Promise<WorkspaceNetwork> {
  const found = (await named(engine, name)) ?? (await create(engine, name, egress))
  const problem =
    found.Driver !== 'bridge'
      ? 'is not a bridge'
      : found.Options?.['com.docker.network.bridge.enable_icc'] !== 'false'
        ? 'lets containers reach one another'
        : found.Internal !== (egress === 'none')
          ? `was made for another ARC_EGRESS than ${egress}`
          : null
  if (problem !== null)
    throw new Error(`The Docker network ${name} ${problem}. Remove it (docker network rm ${name}) and start again.`)
  const config = found.IPAM?.Config?.find((entry) => entry.Gateway && !entry.Gateway.includes(':'))
  if (!config?.Gateway || !config.Subnet) throw new Error(`The Docker network ${name} has no IPv4 gateway.`)
  return {
    id: found.Id,
    name,
    bridge: found.Options?.['com.docker.network.bridge.name'] ?? `br-${found.Id.slice(0, 12)}`,
    gateway: config.Gateway.replace(/\/\d+$/, ''),
    subnet: config.Subnet,
  }
}

/** Of several copies that start at once each may make one, as the engine's check for duplicates is none: all take the oldest. */
async function create(engine: DockerClient, name: string, egress: Egress): Promise<NetworkInspectInfo> {
  const own = await ask(
    engine.createNetwork({
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Internal: egress === 'none',
      Options: { 'com.docker.network.bridge.enable_icc': 'false' },
      Labels: { 'arcx.network': egress },
    }),
  ).catch((error: unknown) => {
    if (statusOf(error) !== 409) throw error
    return null
  })
  const oldest = await named(engine, name)
  if (oldest === null) throw new Error(`The Docker network ${name} was removed while arcx started. Start again.`)
  if (own !== null && own.id !== oldest.Id) await orNothing(engine.getNetwork(own.id).remove())
  return oldest
}

async function named(engine: DockerClient, name: string): Promise<NetworkInspectInfo | null> {
  const found = (await ask(engine.listNetworks({ filters: { name: [name] } }))).filter(
    (network) => network.Name === name,
  )
  const [oldest] = found.toSorted((a, b) => `${a.Created} ${a.Id}`.localeCompare(`${b.Created} ${b.Id}`))
  return oldest === undefined ? null : orNothing(engine.getNetwork(oldest.Id).inspect())
}
