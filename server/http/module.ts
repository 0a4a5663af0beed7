import type { Ports } from '@arcx/router'
import type { TrustedProxies } from '@arcx/service-kit/connections/client-address'
import type { Most } from '@arcx/service-kit/connections/limit'
import type { Dependency } from '@arcx/service-kit/health'
import type { Log } from '@arcx/service-kit/log'
import type { Registry } from '@arcx/service-kit/metrics'
import type { Addresses } from '../addresses.ts'
import type { EntryCodes } from '../entry/entry-codes.ts'
import type { WorkspaceHosts } from '../entry/workspace-hosts.ts'
import type { Exec } from '../exec/exec.ts'
import type { IdentityModule } from '../identity/module.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Admission } from '../workspaces/admission.ts'
import { Actors } from './actors.ts'
import { createEdge } from './app.ts'
import { addRoutes } from './routes.ts'
import type { GitHubAppRouteDependencies } from './github-app-routes.ts'
import type { WebhookRouteDependencies } from './webhook-routes.ts'
import type { WorkflowRouteDependencies } from './workflow-routes.ts'
import { attachSockets } from './sockets.ts'
import type { Sockets } from './sockets.ts'
import { WrongCredentials } from './wrong-credentials.ts'

export interface HttpDependencies
  extends WebhookRouteDependencies, GitHubAppRouteDependencies, WorkflowRouteDependencies {
  readonly addresses: Addresses
  readonly proxies: TrustedProxies
  readonly ports: Ports
  readonly identities: Pick<IdentityModule, 'identity' | 'sessions' | 'tokens'>
  readonly admission: Admission
  readonly workspaceHosts: WorkspaceHosts
  readonly entryCodes: EntryCodes
  readonly exec: Exec
  readonly unitOfWork: UnitOfWork
  readonly adminToken: string
  readonly internalToken: string
  readonly localSignIn: boolean
  /** What the server needs to be ready. */
  readonly checks: readonly Dependency[]
  readonly most: Most
  /** The built web application. */
  readonly webRoot: string
  readonly metrics: Registry
  readonly log: Log
}

export interface HttpModule {
  readonly sockets: Sockets
  listen(host: string, port: number): Promise<void>
  close(): Promise<void>
}

/** The edge: who asks, and every way in that there is on the server's port. */
export async function openHttp(dependencies: HttpDependencies): Promise<HttpModule> {
  const { addresses, unitOfWork, log, adminToken } = dependencies
  const { identity, sessions, tokens } = dependencies.identities
  const wrongCredentials = new WrongCredentials(unitOfWork, log)
  const actors = new Actors(sessions, tokens, adminToken, addresses.secure, wrongCredentials)
  const edge = await createEdge({ ...dependencies, actors })
  await addRoutes(edge, { ...dependencies, identity, wrongCredentials })
  const sockets = attachSockets({ ...dependencies, actors, server: edge.server })
  return {
    sockets,
    async listen(host, port) {
      await edge.app.listen({ host, port })
    },
    async close() {
      sockets.close()
      await edge.app.close()
      await wrongCredentials.close()
    },
  }
}
