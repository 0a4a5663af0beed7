import { pagePaths } from '@arcx/router'
import { procedures } from './procedures.ts'
import type { Entry } from './procedures.ts'
import type { Operation } from './rights.ts'

const route = (operation: Operation, action: string | null = null): Entry => ({ operation, limit: null, action })
const open = route('server.enter')

/**
 * Every plain HTTP route and every upgrade; the server does not start with one that is not here. Those that do what a
 * procedure does call it, and are decided there.
 */
export const routes = {
  '* /trpc/:path': open,
  'GET /healthz': open,
  'GET /health': open,
  'GET /readyz': open,
  'GET /metrics': open,
  'GET /*': open,
  'POST /webhooks/github': open,
  'POST /webhooks/stripe': open,
  'GET /schemas/workflow.json': open,
  'POST /hooks/workflows/:workflowId': open,
  'GET /auth/local': open,
  'GET /auth/github': open,
  'GET /auth/callback': open,
  'GET /auth/verify': open,
  'POST /auth/sign-out': open,
  'GET /github/app/new': route('github-app.set', 'github-app.set'),
  'GET /github/app/created': route('github-app.set', 'github-app.set'),
  'GET /auth/workspace': route('workspace.open'),
  'POST /dashboard/workspace': procedures['workspaces.create'],
  'GET /api/invites': procedures['admin.invites.list'],
  'POST /api/invites': procedures['admin.invites.create'],
  'GET /api/admin/audit': route('server.record'),
  'GET /api/usage': procedures['usage.mine'],
  'GET /api/admin/usage': procedures['admin.usage.all'],
  'GET /api/billing': procedures['billing.get'],
  'POST /api/billing/portal': procedures['billing.portal'],
  'GET /api/admin/billing': procedures['admin.billing.list'],
  'GET /api/admin/users': procedures['admin.users.list'],
  'POST /api/admin/users/:username/start': procedures['admin.workspaces.start'],
  'POST /api/admin/users/:username/stop': procedures['admin.workspaces.stop'],
  'DELETE /api/admin/users/:username': procedures['admin.users.remove'],
  'POST /internal/collab/rights': route('server.serve'),
  'POST /internal/sign-in-link': route('server.serve'),
  'UPGRADE /trpc': route('server.connect'),
  'UPGRADE /exec': route('workspace.exec', 'workspace.exec'),
  'UPGRADE /forward': route('workspace.exec', 'workspace.forward'),
} as const satisfies Readonly<Record<string, Entry>>

export type Route = keyof typeof routes

const unlisted = new Set(['HEAD', 'OPTIONS'])
/** Anybody may have the web application’s pages: what stands on them is asked for by procedures. */
const pages = new Set(
  pagePaths.flatMap((path) => ['', '/'].map((end) => `GET ${path.replaceAll('$', ':')}${path === '/' ? '' : end}`)),
)

/** @throws for a route that the table does not name. */
export function requireListed(methods: string | readonly string[], url: string): void {
  for (const method of [methods].flat())
    if (!isListed(method, url))
      throw new Error(`${method} ${url} is not in server/authorization/routes.ts, which says who may ask it.`)
}

const isListed = (method: string, url: string): boolean =>
  unlisted.has(method) ||
  pages.has(`${method} ${url}`) ||
  Object.hasOwn(routes, `${method} ${url}`) ||
  Object.hasOwn(routes, `* ${url}`)
