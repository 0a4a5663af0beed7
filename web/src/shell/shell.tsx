import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import { House, PanelRight, X } from 'lucide-react'
import { Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import type { TabView } from '@arcx/desktop-contract/contract'
import { host } from '../host/host.ts'
import { ConnectionBanner } from '../interface/connection-banner.tsx'
import { lazyNamed } from '../interface/lazy-named.ts'
import { Scroller } from '../interface/scroller.ts'
import type { Tabs } from '../host/port.ts'

const TabPane = lazyNamed(() => import('./tab-pane.tsx'), 'TabPane')
const SidePanel = lazyNamed(() => import('./side-panel.tsx'), 'SidePanel')

const stripHeight = 40
const panelWidth = 280

/** Around the pages where workspaces stand in tabs of the same window: their strip, and what is beside or in place of them. */
export function Shell({ children }: { children: ReactNode }) {
  return host.tabs === null ? children : <WithTabs tabs={host.tabs}>{children}</WithTabs>
}

function WithTabs({ tabs, children }: { tabs: Tabs; children: ReactNode }) {
  const { tabs: all, active } = useSyncExternalStore(tabs.shown.subscribe, tabs.shown.get)
  const [isPanelOpen, setPanelOpen] = useState(false)
  const navigate = useNavigate()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const connection = useSyncExternalStore(host.connection.subscribe, host.connection.get)
  const current = all.find(({ id }) => id === active) ?? null
  const isBare = path === '/switcher'
  const scroller = useRef<HTMLDivElement>(null)

  useEffect(() => host.program?.onGoTo((to) => void navigate({ href: to })), [navigate])
  useEffect(
    () =>
      host.program?.onCommand(
        (command) => command === 'newWorkspace' && void navigate({ to: '/dashboard', search: { new: true } }),
      ),
    [navigate],
  )
  useEffect(() => {
    if (connection === 'expired' && !isBare) void navigate({ to: '/servers' })
  }, [connection, navigate, isBare])
  const inset = { top: all.length === 0 ? 0 : stripHeight, right: current !== null && isPanelOpen ? panelWidth : 0 }
  useEffect(() => tabs.keep({ top: inset.top, right: inset.right }), [tabs, inset.top, inset.right])

  if (isBare) return children
  return (
    <div className="flex h-dvh flex-col">
      {all.length > 0 && (
        <Strip
          tabs={tabs}
          all={all}
          active={active}
          isPanelOpen={isPanelOpen}
          onPanel={() => setPanelOpen((open) => !open)}
        />
      )}
      <div className="shrink-0">
        <ConnectionBanner />
      </div>
      <div ref={scroller} className={`min-h-0 flex-1 overflow-auto ${current === null ? '' : 'hidden'}`}>
        <Scroller value={scroller}>{children}</Scroller>
      </div>
      {current !== null && (
        <div className="flex min-h-0 flex-1">
          <div className="min-w-0 flex-1">
            <Suspense>
              <TabPane tabs={tabs} tab={current} />
            </Suspense>
          </div>
          {isPanelOpen && (
            <aside
              style={{ width: panelWidth }}
              className="shrink-0 overflow-auto border-l border-line bg-canvas p-4"
              aria-label={t`Team`}
            >
              <Suspense>
                <SidePanel tab={current} />
              </Suspense>
            </aside>
          )}
        </div>
      )}
    </div>
  )
}

function Strip({
  tabs,
  all,
  active,
  isPanelOpen,
  onPanel,
}: {
  tabs: Tabs
  all: readonly TabView[]
  active: string | null
  isPanelOpen: boolean
  onPanel: () => void
}) {
  const dragged = useRef<string | null>(null)
  const ids = [null, ...all.map(({ id }) => id)]
  const step = (by: number) => tabs.activate(ids[(ids.indexOf(active) + by + ids.length) % ids.length] ?? null)
  return (
    <div
      style={{ height: stripHeight }}
      className="flex shrink-0 items-stretch gap-1 border-b border-line bg-sunken px-2 pt-1"
    >
      <ul
        aria-label={t`Open workspaces`}
        className="flex min-w-0 flex-1 items-stretch gap-1 overflow-x-auto"
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') step(1)
          else if (event.key === 'ArrowLeft') step(-1)
          else if (event.key === 'Delete' && active !== null) tabs.close(active)
          else return
          event.preventDefault()
        }}
      >
        <li className="flex items-stretch">
          <TabButton isActive={active === null} onClick={() => tabs.activate(null)}>
            <House size={14} aria-hidden />{' '}
            <span className="sr-only">
              <Trans>Launcher</Trans>
            </span>
          </TabButton>
        </li>
        {all.map((tab, index) => (
          <li
            key={tab.id}
            className="group flex min-w-0 items-stretch"
            draggable
            onDragStart={() => (dragged.current = tab.id)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={() => dragged.current !== null && tabs.move(dragged.current, index)}
            onAuxClick={(event) => event.button === 1 && tabs.close(tab.id)}
          >
            <TabButton isActive={tab.id === active} onClick={() => tabs.activate(tab.id)}>
              <span className={`size-2 shrink-0 rounded-full ${dots[tab.phase.kind]}`} aria-hidden />
              <span className="truncate">{tab.name}</span>
              <span className="sr-only">({i18n._(words[tab.phase.kind])})</span>
            </TabButton>
            <button
              type="button"
              tabIndex={-1}
              aria-label={t`Close ${tab.name}`}
              className="my-1 rounded px-1 text-ink-soft hover:bg-line hover:text-ink"
              onClick={() => tabs.close(tab.id)}
            >
              <X size={13} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      {active !== null && (
        <button
          type="button"
          aria-pressed={isPanelOpen}
          aria-label={t`Team panel`}
          title={t`Who is here`}
          className="my-0.5 rounded-md px-2 text-ink-soft hover:bg-line hover:text-ink aria-pressed:text-accent"
          onClick={onPanel}
        >
          <PanelRight size={16} aria-hidden />
        </button>
      )}
    </div>
  )
}

function TabButton({ isActive, onClick, children }: { isActive: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-current={isActive ? 'page' : undefined}
      tabIndex={isActive ? 0 : -1}
      onClick={onClick}
      className="flex max-w-52 min-w-0 items-center gap-2 rounded-t-lg border border-b-0 border-transparent px-3 text-sm text-ink-soft hover:text-ink aria-[current]:border-line aria-[current]:bg-canvas aria-[current]:text-ink"
    >
      {children}
    </button>
  )
}

const dots: Readonly<Record<TabView['phase']['kind'], string>> = {
  entering: 'bg-busy pulse-dot',
  starting: 'bg-busy pulse-dot',
  resting: 'bg-rest',
  open: 'bg-good',
  lost: 'bg-busy pulse-dot',
  failed: 'bg-bad',
}
const words: Readonly<Record<TabView['phase']['kind'], MessageDescriptor>> = {
  entering: msg`opening`,
  starting: msg`starting`,
  resting: msg`stopped`,
  open: msg`open`,
  lost: msg`connection lost`,
  failed: msg`failed`,
}
