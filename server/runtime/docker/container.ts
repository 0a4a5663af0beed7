import type { ContainerCreateOptions } from 'dockerode'
import { containerKey } from '../container-key.ts'
import type { ContainerSpec } from '../engine.ts'
import { homeInside, idePort, socketsInside } from '../inside.ts'
import type { ContainerRef } from '../port.ts'
import type { WorkspaceNetwork } from './network.ts'

/**
 * How workspaces are kept apart on this machine; decided once, at start. Either way the host reaches the IDE and the
 * supervisor by sockets in a directory of that one workspace: an address could be another's a moment later.
 */
export type Isolation =
  | { readonly form: 'networked'; readonly network: WorkspaceNetwork }
  /** No network at all. */
  | { readonly form: 'sealed' }

export interface ContainerSettings {
  /** Tells this deployment's containers from others on the same engine. */
  readonly deployment: string
  readonly image: string
  readonly domain: string
  readonly memoryBytes: number
  readonly cpuCores: number
  readonly pidsLimit: number
  /** The seccomp profile's JSON. */
  readonly seccomp: string
  readonly isolation: Isolation
  /** Whether workspaces have arc-proxy for a way out. */
  readonly hasProxy: boolean
}

export const labels = {
  deployment: 'arcx.deployment',
  workspace: 'arcx.workspace',
  incarnation: 'arcx.incarnation',
  role: 'arcx.role',
} as const

export const containerName = (container: ContainerRef): string => `arcx-${containerKey(container)}`

/** Limits and confinement; the same for workspaces and for the canary that tests them. */
export function confinement(settings: ContainerSettings): ContainerCreateOptions['HostConfig'] & object {
  const { isolation } = settings
  return {
    Memory: settings.memoryBytes,
    MemorySwap: settings.memoryBytes,
    NanoCpus: Math.round(settings.cpuCores * 1e9),
    PidsLimit: settings.pidsLimit,
    CapDrop: ['ALL'],
    // The supervisor runs the IDE as the home's owner and ends it; nothing else.
    CapAdd: ['SETUID', 'SETGID', 'KILL'],
    SecurityOpt: ['no-new-privileges:true', `seccomp=${settings.seccomp}`],
    ReadonlyRootfs: true,
    Tmpfs: {
      '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=2g',
      '/var/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=1g',
      '/run': 'rw,noexec,nosuid,nodev,mode=755,size=16m',
    },
    ShmSize: 256 * 1024 * 1024,
    // When the machine runs out of memory, a workspace ends before a service does.
    OomScoreAdj: 500,
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '4m', 'max-file': '2' } },
    ...(isolation.form === 'networked'
      ? {
          NetworkMode: isolation.network.id,
          // Nothing answers there, and the host's filter says so at once. Left empty, the engine would use the host's.
          Dns: [isolation.network.gateway],
          DnsSearch: ['.'],
          Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '1' },
        }
      : { NetworkMode: 'none' }),
  }
}

/** Everything that Docker is told about a workspace. No secret is in it: `docker inspect` shows all of it. */
export function containerOptions(settings: ContainerSettings, spec: ContainerSpec): ContainerCreateOptions {
  const { isolation } = settings
  const { mounts } = spec
  const host = `${spec.name}.${settings.domain}`
  return {
    name: containerName(spec),
    Image: settings.image,
    // No host name: the engine's resolver would tell every other workspace that this one exists.
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    Labels: {
      [labels.deployment]: settings.deployment,
      [labels.role]: 'workspace',
      [labels.workspace]: spec.workspaceId,
      [labels.incarnation]: String(spec.incarnation),
      ...(isolation.form === 'networked' ? traefikLabels(spec.workspaceId, host, isolation.network.name) : {}),
    },
    HostConfig: {
      ...confinement(settings),
      // These and no others: nothing that a person sets ever becomes a mount.
      Mounts: [
        { Type: 'bind', Source: mounts.home, Target: homeInside },
        { Type: 'bind', Source: mounts.sockets, Target: socketsInside },
        ...(settings.hasProxy
          ? [{ Type: 'bind' as const, Source: mounts.resolver, Target: '/etc/resolv.conf', ReadOnly: true }]
          : []),
      ],
    },
  }
}

/**
 * Routes `name.DOMAIN` in a production Traefik. The middleware must exist there, or Traefik refuses the route: the
 * IDE itself asks nobody who they are.
 */
function traefikLabels(id: string, host: string, network: string): Record<string, string> {
  const router = `arcx-${id}`
  return {
    'traefik.enable': 'true',
    'traefik.docker.network': network,
    [`traefik.http.routers.${router}.rule`]: `Host(\`${host}\`)`,
    [`traefik.http.routers.${router}.entrypoints`]: 'websecure',
    [`traefik.http.routers.${router}.middlewares`]: 'arcx-auth@file',
    [`traefik.http.services.${router}.loadbalancer.server.port`]: String(idePort),
  }
}
