import { expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { containerOptions } from './container.ts'
import type { ContainerSettings } from './container.ts'
import { NodePath } from '../home.ts'

const settings: ContainerSettings = {
  deployment: 'd',
  image: 'image',
  domain: 'example.com',
  memoryBytes: 8 * 2 ** 30,
  cpuCores: 2,
  pidsLimit: 512,
  seccomp: '{}',
  isolation: {
    form: 'networked',
    network: { id: 'net-id', name: 'arc-net', bridge: 'br-1', gateway: '10.0.0.1', subnet: '10.0.0.0/16' },
  },
  hasProxy: false,
}
const spec = {
  workspaceId: WorkspaceId.parse('00000000-0000-4000-8000-000000000001'),
  incarnation: 1,
  name: 'a',
  mounts: {
    home: NodePath.parse('/data/home'),
    sockets: NodePath.parse('/data/sockets'),
    resolver: NodePath.parse('/data/resolv.conf'),
  },
}
const options = containerOptions(settings, spec)

test('limits and confinement are the reference’s', () => {
  expect(options.HostConfig).toMatchObject({
    Memory: 8 * 2 ** 30,
    MemorySwap: 8 * 2 ** 30,
    NanoCpus: 2e9,
    PidsLimit: 512,
    NetworkMode: 'net-id',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true', 'seccomp={}'],
  })
})

test('Traefik finds name.DOMAIN and the IDE’s port, and asks who may pass', () => {
  expect(options.Labels).toMatchObject({
    [`traefik.http.routers.arcx-${spec.workspaceId}.rule`]: 'Host(`a.example.com`)',
    [`traefik.http.routers.arcx-${spec.workspaceId}.middlewares`]: 'arcx-auth@file',
    [`traefik.http.services.arcx-${spec.workspaceId}.loadbalancer.server.port`]: '13337',
  })
})

test('OpenClaw CVE-2026-27002: the mounts are a fixed list', () => {
  expect(options.HostConfig?.Mounts?.map((mount) => mount.Target)).toEqual(['/home/arc', '/run/arcx'])
  expect(options.HostConfig?.Binds).toBeUndefined()
})

test('TanStack/ai 1084: no variable and no argument is handed over, where inspect would show it', () => {
  expect(options.Env).toBeUndefined()
  expect(options.Cmd).toBeUndefined()
})

test('the engine’s resolver gives no workspace’s name away', () => {
  expect(options.Hostname).toBeUndefined()
  expect(options.name).not.toContain(`-${spec.name}-`)
})
