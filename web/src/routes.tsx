import { Outlet, createRootRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import type { PagePath } from '@arcx/router'
import { host } from './host/host.ts'
import { isAdminTab } from './admin/tabs.ts'
import type { AdminTab } from './admin/tabs.ts'
import { Dashboard } from './pages/dashboard.tsx'
import { NotFound } from './pages/not-found.tsx'
import { PaletteHost } from './palette/opener.tsx'
import { queryClient, trpc } from './server/client.ts'
import { Shell } from './shell/shell.tsx'

async function requireSignedIn({ location }: { readonly location: { readonly href: string } }): Promise<void> {
  if (host.accounts !== null && host.connection.get() === 'expired') throw redirect({ to: '/servers' })
  const me = await queryClient.ensureQueryData(trpc.auth.me.queryOptions())
  if (me === null) throw redirect({ to: '/sign-in', search: { to: location.href } })
  if (me.status === 'waiting_payment') throw redirect({ to: '/waiting' })
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
function teamSearch(search: Record<string, unknown>): { team?: string } {
  const team = text(search['team'])
  return team === undefined ? {} : { team }
}
const root = createRootRoute({
  notFoundComponent: NotFound,
  component: () => (
    <>
      <Shell>
        <Outlet />
      </Shell>
      <PaletteHost />
    </>
  ),
})

export const routes = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: '/docs' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/docs.tsx'), 'DocsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/docs/$page' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/docs.tsx'), 'DocsPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/servers' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/servers.tsx'), 'ServersPage'),
    validateSearch: (search: Record<string, unknown>): { wanted?: string } => {
      const wanted = text(search['wanted'])
      return wanted === undefined ? {} : { wanted }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/switcher' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/switcher.tsx'), 'SwitcherPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/landing.tsx'), 'Landing'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignIn'),
    validateSearch: (search: Record<string, unknown>): { to?: string; invite?: string } => {
      const [to, invite] = [text(search['to']), text(search['invite'])]
      return { ...(to === undefined ? {} : { to }), ...(invite === undefined ? {} : { invite }) }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/waiting' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/waiting.tsx'), 'Waiting'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/admin' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/admin.tsx'), 'AdminPage'),
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { tab?: AdminTab } =>
      isAdminTab(search['tab']) ? { tab: search['tab'] } : {},
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'Settings'),
    beforeLoad: requireSignedIn,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/usage' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/usage.tsx'), 'UsagePage'),
    beforeLoad: requireSignedIn,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/dashboard' satisfies PagePath,
    component: Dashboard,
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { filter?: string; new?: true } => {
      const filter = text(search['filter'])
      return { ...(filter === undefined ? {} : { filter }), ...(search['new'] === true ? { new: true as const } : {}) }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/authorize' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/authorize.tsx'), 'AuthorizePage'),
    beforeLoad: requireSignedIn,
    validateSearch: (
      search: Record<string, unknown>,
    ): { kind?: 'desktop'; port?: number; state?: string; challenge?: string; name?: string; code?: string } => {
      const [state, challenge, name, code] = [
        text(search['state']),
        text(search['challenge']),
        text(search['name']),
        text(search['code']),
      ]
      const port = Number(search['port'])
      return {
        ...(search['kind'] === 'desktop' ? { kind: 'desktop' as const } : {}),
        ...(Number.isInteger(port) ? { port } : {}),
        ...(state === undefined ? {} : { state }),
        ...(challenge === undefined ? {} : { challenge }),
        ...(name === undefined ? {} : { name }),
        ...(code === undefined ? {} : { code }),
      }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/teams' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/teams.tsx'), 'TeamsPage'),
    beforeLoad: requireSignedIn,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/teams/$name' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/team.tsx'), 'TeamPage'),
    beforeLoad: requireSignedIn,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/workflows' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/workflows.tsx'), 'WorkflowsPage'),
    beforeLoad: requireSignedIn,
    validateSearch: teamSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/workflows/$id' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/workflow.tsx'), 'WorkflowPage'),
    beforeLoad: requireSignedIn,
    validateSearch: teamSearch,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/workflows/$id/runs/$run' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/workflow-run.tsx'), 'WorkflowRunPage'),
    beforeLoad: requireSignedIn,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/join' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/join.tsx'), 'JoinPage'),
    validateSearch: (search: Record<string, unknown>): { code?: string } => {
      const code = text(search['code'])
      return code === undefined ? {} : { code }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/workspaces/$name' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/workspace.tsx'), 'WorkspacePage'),
    beforeLoad: requireSignedIn,
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/workspaces/$name/history' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/history.tsx'), 'HistoryPage'),
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { path?: string; version?: string } => {
      const [path, version] = [text(search['path']), text(search['version'])]
      return { ...(path === undefined ? {} : { path }), ...(version === undefined ? {} : { version }) }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/open/$name' satisfies PagePath,
    component: lazyRouteComponent(() => import('./pages/open.tsx'), 'OpenPage'),
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { to?: string } => {
      const to = text(search['to'])
      return to === undefined ? {} : { to }
    },
  }),
])
