import { ask, statusOf } from './engine.ts'
import type { Engine } from './engine.ts'

export type Egress = 'none' | 'open'

export interface WorkspaceNetwork {
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
export async function ensureNetwork(engine: Engine, name: string, egress: Egress): Promise<WorkspaceNetwork> {
  const network = engine.getNetwork(name)
  const found = await ask(network.inspect().catch(absent)) ?? (await create(engine, name, egress))
  const problem =
    found.Driver !== 'bridge'
      ? 'is not a bridge'
      : found.Options?.['com.docker.network.bridge.enable_icc'] !== 'false'
        ? 'lets containers reach one another'
        : found.Internal !== (egress === 'none')
          ? `was made for another ARC_EGRESS than ${egress}`
          : null
  if (problem !== null) throw new Error(`The Docker network ${name} ${problem}. Remove it (docker network rm ${name}) and start again.`)
  const config = found.IPAM?.Config?.find((entry) => entry.Gateway && !entry.Gateway.includes(':'))
  if (!config?.Gateway || !config.Subnet) throw new Error(`The Docker network ${name} has no IPv4 gateway.`)
  return {
    name,
    bridge: found.Options?.['com.docker.network.bridge.name'] ?? `br-${found.Id.slice(0, 12)}`,
    gateway: config.Gateway.replace(/\/\d+$/, ''),
    subnet: config.Subnet,
  }
}

async function create(engine: Engine, name: string, egress: Egress) {
  try {
    await ask(
      engine.createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Internal: egress === 'none',
        Options: { 'com.docker.network.bridge.enable_icc': 'false' },
        Labels: { 'arcx.network': egress },
      }),
    )
  } catch (error) {
    // Another copy of the orchestrator was quicker.
    if (statusOf(error) !== 409) throw error
  }
  return ask(engine.getNetwork(name).inspect())
}

function absent(error: unknown): null {
  if (statusOf(error) === 404) return null
  throw error
}
