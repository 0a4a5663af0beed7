import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { BookOpen, ChartColumn, CircleHelp, LogOut, Server, Settings, SquareTerminal, Workflow } from 'lucide-react'
import { Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import type { WorkspaceId } from '@arcx/router'
import { useWhereabouts } from '../presence/whereabouts.ts'
import { tierName } from '../account/names.ts'
import { host } from '../host/host.ts'
import { trpc } from '../server/client.ts'
import { signOut } from '../server/sign-out.ts'
import { PaletteButton } from '../palette/opener.tsx'
import { Announcements } from './announcements.tsx'
import { buttonClass } from './button.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { lazyNamed } from './lazy-named.ts'
import { Mark } from './mark.tsx'
import { MenuButton } from './menu-button.tsx'
import { useIsSmallScreen } from './small-screen.ts'
import { ThemeToggle, themeEntries } from './theme-toggle.tsx'

const ConnectDialog = lazyNamed(() => import('../workspaces/connect-dialog.tsx'), 'ConnectDialog')

/** What stands around every page of a signed-in person; `workspaceId` for a page that is about one. */
export function Frame({ children, workspaceId = null }: { children: ReactNode; workspaceId?: WorkspaceId | null }) {
  useWhereabouts(workspaceId)
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  const navigate = useNavigate()
  const isSmall = useIsSmallScreen()
  const [isConnecting, setConnecting] = useState(false)
  const help = [
    ...(isSmall ? [{ label: t`Workflows`, icon: Workflow, run: () => void navigate({ to: '/workflows' }) }] : []),
    { label: t`Documentation`, icon: BookOpen, run: () => void navigate({ to: '/docs' }) },
    { label: t`Command line and desktop app`, icon: SquareTerminal, run: () => setConnecting(true) },
  ]
  return (
    <div className="min-h-dvh">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:left-3 focus:top-3 focus:z-50 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2"
      >
        <Trans>To the content</Trans>
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-canvas/85 backdrop-blur">
        <div className="mx-auto flex h-14 max-w-6xl items-center gap-2 px-4 sm:gap-3 sm:px-6">
          <Link to="/dashboard" className="flex items-center gap-2.5 font-semibold tracking-tight">
            <Mark /> <span className="max-sm:sr-only">arcx</span>
          </Link>
          <nav aria-label={t`Main`} className="flex text-sm sm:ml-3 sm:gap-1">
            <Link
              to="/dashboard"
              className="rounded-lg px-2 py-1.5 text-ink-soft sm:px-2.5 hover:text-ink [&.active]:text-ink [&.active]:bg-sunken"
              activeProps={{ className: 'active' }}
            >
              <Trans>Workspaces</Trans>
            </Link>
            <Link
              to="/teams"
              className="rounded-lg px-2 py-1.5 text-ink-soft sm:px-2.5 hover:text-ink [&.active]:text-ink [&.active]:bg-sunken"
              activeProps={{ className: 'active' }}
            >
              <Trans>Teams</Trans>
            </Link>
            <Link
              to="/workflows"
              className="max-sm:hidden rounded-lg px-2 py-1.5 text-ink-soft sm:px-2.5 hover:text-ink [&.active]:text-ink [&.active]:bg-sunken"
              activeProps={{ className: 'active' }}
            >
              <Trans>Workflows</Trans>
            </Link>
            {me?.may.includes('administer') === true && (
              <Link
                to="/admin"
                className="rounded-lg px-2 py-1.5 text-ink-soft sm:px-2.5 hover:text-ink [&.active]:text-ink [&.active]:bg-sunken"
                activeProps={{ className: 'active' }}
              >
                <span className="sm:hidden">
                  <Trans>Admin</Trans>
                </span>
                <span className="max-sm:hidden">
                  <Trans>Administration</Trans>
                </span>
              </Link>
            )}
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <PaletteButton />
            {/* On a phone they are in the account's menu. */}
            {!isSmall && (
              <MenuButton label={t`Help`} className={buttonClass('ghost', true)} entries={help}>
                <CircleHelp size={17} aria-hidden />
              </MenuButton>
            )}
            {!isSmall && <ThemeToggle />}
            {me && (
              <MenuButton
                label={t`Account of ${me.name}`}
                className={buttonClass('ghost', true)}
                head={
                  <div className="px-2.5 py-2 border-b border-line mb-1">
                    <div className="font-medium">{me.name}</div>
                    <div className="text-ink-soft">
                      <Trans>Plan: {tierName(me.tier)}</Trans>
                    </div>
                  </div>
                }
                entries={[
                  { label: t`Usage`, icon: ChartColumn, run: () => void navigate({ to: '/usage' }) },
                  { label: t`Settings`, icon: Settings, run: () => void navigate({ to: '/settings' }) },
                  ...(host.accounts === null
                    ? []
                    : [{ label: t`Servers and accounts`, icon: Server, run: () => void navigate({ to: '/servers' }) }]),
                  ...(isSmall ? [...help, ...themeEntries()] : []),
                  { label: t`Sign out`, icon: LogOut, run: () => void signOut() },
                ]}
              >
                <span
                  className="grid size-7 place-items-center rounded-full bg-accent-wash text-xs font-semibold uppercase text-accent before:content-[attr(data-initials)]"
                  data-initials={me.login.slice(0, 2)}
                />
              </MenuButton>
            )}
          </div>
        </div>
        {/* The app has one above all of its pages. */}
        {host.tabs === null && <ConnectionBanner />}
      </header>
      <main id="content" tabIndex={-1} className="outline-none mx-auto max-w-6xl px-4 py-8 sm:px-6">
        <Announcements />
        {children}
      </main>
      {isConnecting && (
        <Suspense>
          <ConnectDialog workspace={null} open onClose={() => setConnecting(false)} />
        </Suspense>
      )}
    </div>
  )
}
