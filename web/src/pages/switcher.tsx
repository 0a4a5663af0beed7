import { t } from '@lingui/core/macro'
import { SquareArrowOutUpRight } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { host } from '../host/host.ts'
import type { Entry } from '../palette/entry.ts'
import { Finder } from '../palette/palette.tsx'
import { useWorkspaces } from '../workspaces/live.ts'
import { stateName } from '../workspaces/state.tsx'

/** The small window that the global shortcut brings up: type, Enter, in the workspace. */
export function SwitcherPage() {
  const { data: workspaces } = useWorkspaces()
  const entries = useMemo(
    () =>
      (workspaces ?? [])
        .filter(({ may }) => may.includes('open'))
        .toSorted((a, b) => (b.lastActivityAt ?? '').localeCompare(a.lastActivityAt ?? ''))
        .map(({ id, name, state }): Entry => ({
          key: id,
          group: t`Workspaces`,
          label: name,
          hint: stateName(state),
          words: '',
          icon: SquareArrowOutUpRight,
          isUsual: true,
          run: () => host.program?.switched(id),
        })),
    [workspaces],
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && host.program?.switched(null)
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <main className="flex h-dvh flex-col bg-raised">
      <Finder entries={entries} placeholder={t`Go to a workspace…`} onChosen={(entry) => entry.run()} />
    </main>
  )
}
