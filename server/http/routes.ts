import type { Ports } from '@arcx/router'
import type { Edge } from './app.ts'
import { addEntryRoutes } from './entry-routes.ts'
import type { EntryRouteDependencies } from './entry-routes.ts'
import { addGitHubAppRoutes } from './github-app-routes.ts'
import type { GitHubAppRouteDependencies } from './github-app-routes.ts'
import { addPlainRoutes } from './plain-routes.ts'
import { addServiceRoutes } from './service-routes.ts'
import type { ServiceRouteDependencies } from './service-routes.ts'
import { addSignInRoutes } from './sign-in-routes.ts'
import type { SignInRouteDependencies } from './sign-in-routes.ts'
import { addWebhookRoutes } from './webhook-routes.ts'
import type { WebhookRouteDependencies } from './webhook-routes.ts'
import { addWorkflowRoutes } from './workflow-routes.ts'
import type { WorkflowRouteDependencies } from './workflow-routes.ts'

export interface RouteDependencies
  extends
    SignInRouteDependencies,
    EntryRouteDependencies,
    WebhookRouteDependencies,
    GitHubAppRouteDependencies,
    WorkflowRouteDependencies,
    Omit<ServiceRouteDependencies, 'collab'> {
  readonly ports: Ports
}

/** Plain HTTP doors, for browsers' navigations and for scripts, to operations that stand elsewhere. */
export async function addRoutes(edge: Edge, dependencies: RouteDependencies): Promise<void> {
  const { ports } = dependencies
  addSignInRoutes(edge, dependencies)
  addEntryRoutes(edge, dependencies)
  addPlainRoutes(edge, ports)
  addGitHubAppRoutes(edge, { ...dependencies, authorization: ports.authorization })
  await addWebhookRoutes(edge, dependencies)
  await addWorkflowRoutes(edge, dependencies)
  await addServiceRoutes(edge, { ...dependencies, collab: ports.collab })
}
