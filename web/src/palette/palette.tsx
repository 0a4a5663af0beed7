import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Search } from 'lucide-react'
import { useMemo, useState } from 'react'
import { backdropClass } from '../interface/dialog.ts'
import type { Entry, EntryGroup } from './entry.ts'
import { useEntries } from './entries.ts'
import { search } from './search.ts'

/** Finds everything by typing, over whatever page is open. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Popup
          aria-label={t`Search everything`}
          className="fixed left-1/2 top-[10vh] z-50 flex max-h-[min(34rem,80dvh)] w-[min(38rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-2xl border border-line bg-raised shadow-pop outline-none transition-[opacity,scale] data-[starting-style]:opacity-0 data-[starting-style]:scale-[0.98] data-[ending-style]:opacity-0"
        >
          {open && <All onDone={onClose} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function All({ onDone }: { onDone: () => void }) {
  const entries = useEntries()
  return (
    <Finder
      entries={entries}
      placeholder={t`Workspaces, teams, pages, docs, things to do…`}
      onChosen={(entry) => {
        onDone()
        entry.run()
      }}
    />
  )
}

/** A field and what is found by it, in groups; arrows choose, Enter does. */
export function Finder({
  entries,
  placeholder,
  onChosen,
}: {
  entries: readonly Entry[]
  placeholder: string
  onChosen: (entry: Entry) => void
}) {
  const [typed, setTyped] = useState('')
  const groups = useMemo(() => search(entries, typed), [entries, typed])
  return (
    <Autocomplete.Root
      open
      inline
      items={groups as EntryGroup[]}
      value={typed}
      onValueChange={(value, { reason }) => reason === 'input-change' && setTyped(value)}
      filter={null}
      autoHighlight="always"
      keepHighlight
      itemToStringValue={(entry: unknown) => (entry as Entry).label}
    >
      <label className="flex items-center gap-3 border-b border-line px-4">
        <Search size={17} aria-hidden className="shrink-0 text-ink-soft" />
        <Autocomplete.Input
          autoFocus
          aria-label={t`Search`}
          placeholder={placeholder}
          className="h-13 w-full bg-transparent text-base outline-none placeholder:text-ink-soft"
        />
      </label>
      <Autocomplete.Empty>
        <p className="p-6 text-center text-sm text-ink-soft empty:hidden">
          <Trans>Nothing is called that.</Trans>
        </p>
      </Autocomplete.Empty>
      <Autocomplete.List className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-2 empty:hidden">
        {(group: EntryGroup) => (
          <Autocomplete.Group key={group.value} items={group.items as Entry[]} className="not-last:mb-2">
            <Autocomplete.GroupLabel className="px-3 py-1.5 text-xs font-medium text-ink-soft">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(entry: Entry) => (
                <Autocomplete.Item
                  key={entry.key}
                  value={entry}
                  onClick={() => onChosen(entry)}
                  className="flex h-10 cursor-default items-center gap-3 rounded-lg px-3 outline-none select-none data-highlighted:bg-accent-wash"
                >
                  <entry.icon size={16} aria-hidden className="shrink-0 text-ink-soft" />
                  <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                  <span className="shrink-0 text-sm text-ink-soft">{entry.hint}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  )
}
