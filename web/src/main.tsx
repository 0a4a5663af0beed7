import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider, createRouter } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './theme.css'
import { host } from './host/host.ts'
import { keepFocusOnPage } from './interface/focus-heirs.ts'
import { bringRestWhenIdle } from './interface/lazy-named.ts'
import { ToastCorner } from './interface/toast-corner.tsx'
import { Broken } from './pages/broken.tsx'
import { routes } from './routes.tsx'
import { queryClient, showKnown, trpc } from './server/client.ts'
import { speak } from './texts/language.ts'

const router = createRouter({
  routeTree: routes,
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

/** What the first page will ask for, one after the other, is asked for at once. */
function bringAhead(path: string): void {
  if (path !== '/dashboard') return
  void queryClient.prefetchQuery(trpc.auth.me.queryOptions())
  void queryClient.prefetchQuery(trpc.workspaces.list.queryOptions())
  void queryClient.prefetchQuery(trpc.teams.list.queryOptions())
}

const element = document.getElementById('root')
if (element === null) throw new Error('The page has no root element.')
await Promise.all([host.ready(), speak()])
showKnown()
bringAhead(location.pathname)
keepFocusOnPage(document)
createRoot(element).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <ToastCorner />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
)
bringRestWhenIdle()
