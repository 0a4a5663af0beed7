import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { getServers } from 'node:dns'
import { isIPv4 } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { Egress, WorkspaceNetwork } from './network.ts'

const run = promisify(execFile)
const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }

type Family = 'iptables' | 'ip6tables'
type Rule = readonly string[]

const table = (family: Family, ...rule: string[]) => run(family, ['--wait', ...rule], { env })

/** Whether this process may set the host's packet filter. */
export async function canFilter(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  try {
    await table('iptables', '--list', 'INPUT', '--numeric')
    return true
  } catch {
    return false
  }
}

/** What a workspace never reaches, whatever `ARC_EGRESS` says: private, shared, link-local (metadata), reserved. */
export const closedRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

/**
 * Closes the host to what comes in from the workspaces' bridge: an internal Docker network alone leaves every service
 * that listens on 0.0.0.0 open to them. Replies to what the host dialled still pass. Running it again changes nothing.
 */
export async function closeHost(network: WorkspaceNetwork, egress: Egress): Promise<void> {
  const input = inputChain(network)
  await fill('iptables', input, [
    ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT'],
    ['-j', 'REJECT'],
  ])
  await jumpFirst('iptables', 'INPUT', network.bridge, input)

  const forward = forwardChain(network)
  const resolvers = getServers().filter((server) => isIPv4(server))
  await fill('iptables', forward, [
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
  await table('iptables', '-N', 'DOCKER-USER').catch(() => undefined)
  await jumpFirst('iptables', 'DOCKER-USER', network.bridge, forward)

  // The network has no IPv6; the bridge itself still has a link-local address.
  await fill('ip6tables', input, [['-j', 'REJECT']]).then(
    () => jumpFirst('ip6tables', 'INPUT', network.bridge, input),
    () => undefined,
  )
}

/** Takes away what `closeHost` made for a bridge that is no more. */
export async function openHost(network: Pick<WorkspaceNetwork, 'bridge'>): Promise<void> {
  const hooks = [
    ['iptables', 'INPUT', inputChain(network)],
    ['iptables', 'DOCKER-USER', forwardChain(network)],
    ['ip6tables', 'INPUT', inputChain(network)],
  ] as const
  for (const [family, hook, chain] of hooks) {
    while (
      await table(family, '-D', hook, '-i', network.bridge, '-j', chain).then(
        () => true,
        () => false,
      )
    );
    await table(family, '-F', chain).catch(() => undefined)
    await table(family, '-X', chain).catch(() => undefined)
  }
}

const inputChain = ({ bridge }: Pick<WorkspaceNetwork, 'bridge'>) => `ARCX-IN-${bridge}`
const forwardChain = ({ bridge }: Pick<WorkspaceNetwork, 'bridge'>) => `ARCX-FWD-${bridge}`

/** Gives a chain these rules and no others, at one blow: at no moment, and for no second copy of arcx, is it empty. */
async function fill(family: Family, chain: string, rules: readonly Rule[]): Promise<void> {
  const lines = ['*filter', `:${chain} - [0:0]`, ...rules.map((rule) => `-A ${chain} ${rule.join(' ')}`), 'COMMIT', '']
  const restore = spawn(`${family}-restore`, ['--wait', '--noflush'], { env, stdio: ['pipe', 'ignore', 'pipe'] })
  const [[code], said] = await Promise.all([
    once(restore, 'close'),
    text(restore.stderr),
    restore.stdin.end(lines.join('\n')),
  ])
  if (code !== 0) throw new Error(`The packet filter could not be set: ${said.trim()}`)
}

/** Nothing but other networks' jumps may stand before. An older one further down does no harm; taking it away could open the host for a moment. */
async function jumpFirst(family: Family, hook: string, bridge: string, chain: string): Promise<void> {
  const rules = (await table(family, '-S', hook)).stdout.split('\n').filter((line) => line.startsWith(`-A ${hook} `))
  const foreign = rules.findIndex((rule) => !/ -j ARCX-(IN|FWD)-/.test(rule))
  const first = foreign === -1 ? rules : rules.slice(0, foreign)
  if (!first.includes(`-A ${hook} -i ${bridge} -j ${chain}`))
    await table(family, '-I', hook, '1', '-i', bridge, '-j', chain)
}
