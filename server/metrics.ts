import type { DiskWatch } from '@arcx/service-kit/disk'
import { Gauge, addGauge } from '@arcx/service-kit/metrics'
import type { Registry } from '@arcx/service-kit/metrics'
import type { WorkspaceState } from '@arcx/router'

export interface Measured {
  readonly disk: DiskWatch
  workspacesByState(): Promise<readonly { readonly state: WorkspaceState; readonly count: number }[]>
  gatewayConnections(): number
  execStreams(): number
  sockets(): number
}

/** What the orchestrator says of itself at `/metrics`. */
export function measure(metrics: Registry, measured: Measured): void {
  new Gauge({
    name: 'arcx_disk_free_bytes',
    help: 'Free bytes where arcx keeps something.',
    labelNames: ['place'],
    registers: [metrics],
    collect() {
      for (const { name, freeBytes } of measured.disk.state.rooms) this.set({ place: name }, freeBytes)
    },
  })
  new Gauge({
    name: 'arcx_workspaces_known_count',
    help: 'Workspaces by state.',
    labelNames: ['state'],
    registers: [metrics],
    async collect() {
      this.reset()
      // While the database is away, the other figures are worth all the more.
      for (const { state, count } of await measured.workspacesByState().catch(() => [])) this.set({ state }, count)
    },
  })
  addGauge(metrics, 'arcx_gateway_connections_open_count', 'Open connections to workspaces.', () =>
    measured.gatewayConnections(),
  )
  addGauge(metrics, 'arcx_exec_streams_open_count', 'Programs and forwarded connections open in workspaces.', () =>
    measured.execStreams(),
  )
  addGauge(metrics, 'arcx_http_sockets_open_count', 'Open WebSockets of the router.', () => measured.sockets())
}
