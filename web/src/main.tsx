import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './theme.css'
import { ToastHost } from './interface/toasts.tsx'
import { AdminPage, isAdminTab } from './pages/admin.tsx'
import type { AdminTab } from './pages/admin.tsx'
import { AuthorizePage } from './pages/authorize.tsx'
import { Dashboard } from './pages/dashboard.tsx'
import { HistoryPage } from './pages/history.tsx'
import { JoinPage } from './pages/join.tsx'
import { Landing } from './pages/landing.tsx'
import { NotFound } from './pages/not-found.tsx'
import { OpenPage } from './pages/open.tsx'
import { Settings } from './pages/settings.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { TeamPage } from './pages/team.tsx'
import { TeamsPage } from './pages/teams.tsx'
import { Waiting } from './pages/waiting.tsx'
import { WorkspacePage } from './pages/workspace.tsx'
import { queryClient, trpc } from './server/client.ts'

async function requireSignedIn({ location }: { readonly location: { readonly href: string } }): Promise<void> {
  const me = await queryClient.ensureQueryData(trpc.auth.me.queryOptions())
  if (me === null) throw redirect({ to: '/sign-in', search: { to: location.href } })
  if (me.standing === 'waiting_payment') throw redirect({ to: '/waiting' })
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const root = createRootRoute({ notFoundComponent: NotFound })
const routes = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/', component: Landing }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: SignIn,
    validateSearch: (search: Record<string, unknown>): { to?: string; invite?: string } => {
      const [to, invite] = [text(search['to']), text(search['invite'])]
      return { ...(to === undefined ? {} : { to }), ...(invite === undefined ? {} : { invite }) }
    },
  }),
  createRoute({ getParentRoute: () => root, path: '/waiting', component: Waiting }),
  createRoute({
    getParentRoute: () => root,
    path: '/admin',
    component: AdminPage,
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { tab?: AdminTab } => (isAdminTab(search['tab']) ? { tab: search['tab'] } : {}),
  }),
  createRoute({ getParentRoute: () => root, path: '/settings', component: Settings, beforeLoad: requireSignedIn }),
  createRoute({
    getParentRoute: () => root,
    path: '/dashboard',
    component: Dashboard,
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { filter?: string } => {
      const filter = text(search['filter'])
      return filter === undefined ? {} : { filter }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/authorize',
    component: AuthorizePage,
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { port?: number; state?: string; challenge?: string; name?: string; code?: string } => {
      const [state, challenge, name, code] = [text(search['state']), text(search['challenge']), text(search['name']), text(search['code'])]
      const port = Number(search['port'])
      return {
        ...(Number.isInteger(port) ? { port } : {}),
        ...(state === undefined ? {} : { state }),
        ...(challenge === undefined ? {} : { challenge }),
        ...(name === undefined ? {} : { name }),
        ...(code === undefined ? {} : { code }),
      }
    },
  }),
  createRoute({ getParentRoute: () => root, path: '/teams', component: TeamsPage, beforeLoad: requireSignedIn }),
  createRoute({ getParentRoute: () => root, path: '/teams/$name', component: TeamPage, beforeLoad: requireSignedIn }),
  createRoute({
    getParentRoute: () => root,
    path: '/join',
    component: JoinPage,
    validateSearch: (search: Record<string, unknown>): { code?: string } => {
      const code = text(search['code'])
      return code === undefined ? {} : { code }
    },
  }),
  createRoute({ getParentRoute: () => root, path: '/workspaces/$name', component: WorkspacePage, beforeLoad: requireSignedIn }),
  createRoute({
    getParentRoute: () => root,
    path: '/workspaces/$name/history',
    component: HistoryPage,
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { path?: string; version?: string } => {
      const [path, version] = [text(search['path']), text(search['version'])]
      return { ...(path === undefined ? {} : { path }), ...(version === undefined ? {} : { version }) }
    },
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/open/$name',
    component: OpenPage,
    beforeLoad: requireSignedIn,
    validateSearch: (search: Record<string, unknown>): { to?: string } => {
      const to = text(search['to'])
      return to === undefined ? {} : { to }
    },
  }),
])

const router = createRouter({ routeTree: routes, defaultPreload: 'intent', scrollRestoration: true })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

const element = document.getElementById('root')
if (element === null) throw new Error('The page has no root element.')
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ToastHost>
        <RouterProvider router={router} />
      </ToastHost>
    </QueryClientProvider>
  </StrictMode>,
)
