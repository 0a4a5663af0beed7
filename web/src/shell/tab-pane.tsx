import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { SelectOrdinal, Trans } from '@lingui/react/macro'
import type { TabView } from '@arcx/desktop-contract/contract'
import type { Tabs } from '../host/port.ts'
import { Button } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'
import { StartProgress } from '../workspaces/progress.tsx'
import { useLiveWorkspaces, useWorkspaces } from '../workspaces/live.ts'

/** What stands where a workspace's pages will, until they do. */
export function TabPane({ tabs, tab }: { tabs: Tabs; tab: TabView }) {
  useLiveWorkspaces()
  const { data: workspaces } = useWorkspaces()
  const workspace = workspaces?.find(({ id }) => id === tab.workspaceId)
  const { phase } = tab
  // The view covers it.
  if (phase.kind === 'open') return null
  return (
    <section aria-label={tab.name} className="grid h-full place-items-center px-4">
      <div className="w-full max-w-sm rounded-2xl border border-line bg-surface p-7">
        <div className="mb-5 flex items-center gap-3">
          <Mark size={34} />
          <div className="min-w-0">
            <h1 className="truncate font-semibold">{tab.name}</h1>
            <p className="text-sm text-ink-soft" aria-live="polite">
              {i18n._(titles[phase.kind])}
            </p>
          </div>
        </div>
        {phase.kind === 'starting' && workspace !== undefined && (
          <StartProgress state={workspace.state} step={workspace.step} />
        )}
        {phase.kind === 'entering' && <div className="skeleton h-16 w-full" />}
        {phase.kind === 'lost' && (
          <p className="text-sm text-ink-soft">
            <SelectOrdinal
              value={phase.attempt}
              _1="Trying again. What you had open is on the server."
              one="Trying again, for the #st time. What you had open is on the server."
              two="Trying again, for the #nd time. What you had open is on the server."
              few="Trying again, for the #rd time. What you had open is on the server."
              other="Trying again, for the #th time. What you had open is on the server."
            />
          </p>
        )}
        {phase.kind === 'failed' && (
          <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
            {phase.message}
          </p>
        )}
        {phase.kind === 'resting' && (
          <p className="text-sm text-ink-soft">{workspace?.reason ?? t`What lies in its home is kept.`}</p>
        )}
        {(phase.kind === 'resting' || phase.kind === 'lost' || phase.kind === 'failed') && (
          <div className="mt-5 flex gap-2">
            <Button tone="primary" onClick={() => tabs.retry(tab.id)}>
              {phase.kind === 'resting' ? t`Start` : t`Try now`}
            </Button>
            <Button tone="ghost" onClick={() => tabs.close(tab.id)}>
              <Trans>Close the tab</Trans>
            </Button>
          </div>
        )}
      </div>
    </section>
  )
}

const titles = {
  entering: msg`Opening…`,
  starting: msg`Starting`,
  resting: msg`Stopped`,
  lost: msg`The connection was lost`,
  failed: msg`It could not be opened`,
} as const
