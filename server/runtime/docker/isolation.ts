import type { Isolation } from './container.ts'
import type { DockerClient } from './client.ts'
import { canFilter, closeHost } from './firewall.ts'
import { ensureNetwork } from './network.ts'
import type { Egress } from './network.ts'

/**
 * Networked where this process can close the host to the workspaces' network, else sealed: never open.
 * @throws when what is asked for cannot be had here.
 */
export async function decideIsolation(
  engine: DockerClient,
  wanted: 'auto' | 'networked' | 'sealed',
  networkName: string,
  egress: Egress,
): Promise<Isolation> {
  const filter = wanted === 'sealed' ? false : await canFilter()
  if (wanted === 'networked' && !filter) {
    throw new Error(
      'ARC_ISOLATION is networked, but the packet filter cannot be set: run as root with iptables installed, or set it to auto.',
    )
  }
  if (!filter) {
    if (egress === 'open')
      throw new Error(
        'ARC_EGRESS is open, but workspaces here are sealed (no root, or no iptables) and have no network.',
      )
    return { form: 'sealed' }
  }
  const network = await ensureNetwork(engine, networkName, egress)
  await closeHost(network, egress)
  return { form: 'networked', network }
}
