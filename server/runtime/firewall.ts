import { execFile } from 'node:child_process'
import { getServers } from 'node:dns'
import { isIPv4 } from 'node:net'
import { promisify } from 'node:util'
import type { Egress, WorkspaceNetwork } from './network.ts'

const run = promisify(execFile)
const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
const iptables = (...rule: string[]) => run('iptables', ['--wait', ...rule], { env: { PATH: path } })
const ip6tables = (...rule: string[]) => run('ip6tables', ['--wait', ...rule], { env: { PATH: path } })

/** Whether this process may set the host's packet filter. */
export async function canFilter(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  try {
    await iptables('--list', 'INPUT', '--numeric')
    return true
  } catch {
    return false
  }
}

/** What a workspace never reaches, whatever `ARC_EGRESS` says: private, shared, link-local (metadata), reserved. */
export const closedRanges = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4',
]

/**
 * Closes the host to what comes in from the workspaces' bridge: an internal Docker network alone leaves every service
 * that listens on 0.0.0.0 open to them. Replies to what the host dialled still pass. Running it again changes nothing.
 */
export async function closeHost(network: WorkspaceNetwork, egress: Egress): Promise<void> {
  const input = `ARCX-IN-${network.bridge}`
  await fill(iptables, input, [
    ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT'],
    ['-j', 'REJECT'],
  ])
  await jumpFirst(iptables, 'INPUT', network.bridge, input)

  const forward = `ARCX-FWD-${network.bridge}`
  const resolvers = getServers().filter((server) => isIPv4(server))
  await fill(iptables, forward, [
    ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'RETURN'],
    ...(egress === 'open'
      ? [
          ...resolvers.flatMap((server) =>
            ['udp', 'tcp'].map((protocol) => ['-d', server, '-p', protocol, '--dport', '53', '-j', 'RETURN']),
          ),
          ...closedRanges.map((range) => ['-d', range, '-j', 'REJECT']),
          ['-j', 'RETURN'],
        ]
      : [['-j', 'REJECT']]),
  ])
  // Docker asks DOCKER-USER before any rule of its own; an engine that has not made it yet finds it there.
  await iptables('-N', 'DOCKER-USER').catch(() => undefined)
  await jumpFirst(iptables, 'DOCKER-USER', network.bridge, forward)

  // The network has no IPv6; the bridge itself still has a link-local address.
  await fill(ip6tables, input, [['-j', 'REJECT']]).then(
    () => jumpFirst(ip6tables, 'INPUT', network.bridge, input),
    () => undefined,
  )
}

/** Takes away what `closeHost` made for this bridge. */
export async function openHost(network: WorkspaceNetwork): Promise<void> {
  const input = `ARCX-IN-${network.bridge}`
  const forward = `ARCX-FWD-${network.bridge}`
  for (const [table, hook, chain] of [
    [iptables, 'INPUT', input],
    [iptables, 'DOCKER-USER', forward],
    [ip6tables, 'INPUT', input],
  ] as const) {
    await table('-D', hook, '-i', network.bridge, '-j', chain).catch(() => undefined)
    await table('-F', chain).catch(() => undefined)
    await table('-X', chain).catch(() => undefined)
  }
}

type Table = typeof iptables

async function fill(table: Table, chain: string, rules: readonly (readonly string[])[]): Promise<void> {
  await table('-N', chain).catch(() => undefined)
  const listed = (await table('-S', chain)).stdout.trim().split('\n').length - 1
  for (const rule of rules) await table('-A', chain, ...rule)
  // The new rules stand behind the old ones until those go, so the chain is never empty.
  for (let old = 0; old < listed; old += 1) await table('-D', chain, '1')
}

async function jumpFirst(table: Table, hook: string, bridge: string, chain: string): Promise<void> {
  const first = (await table('-S', hook)).stdout.split('\n').find((line) => line.startsWith(`-A ${hook} `))
  if (first === `-A ${hook} -i ${bridge} -j ${chain}`) return
  await table('-I', hook, '1', '-i', bridge, '-j', chain)
  for (;;) {
    const again = (await table('-S', hook)).stdout.split('\n').filter((line) => line === `-A ${hook} -i ${bridge} -j ${chain}`)
    if (again.length <= 1) return
    const lines = (await table('-S', hook)).stdout.split('\n').filter((line) => line.startsWith('-A '))
    await table('-D', hook, String(lines.lastIndexOf(`-A ${hook} -i ${bridge} -j ${chain}`) + 1))
  }
}
