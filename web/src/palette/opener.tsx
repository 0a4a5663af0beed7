import { Trans } from '@lingui/react/macro'
import { Search } from 'lucide-react'
import { Suspense, useEffect, useState } from 'react'
import { host } from '../host/host.ts'
import { lazyNamed } from '../interface/lazy-named.ts'

const Palette = lazyNamed(() => import('./palette.tsx'), 'Palette')
const asked = 'arcx:palette'
const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** Opens the palette with Ctrl-K, or Cmd-K on a Mac, on every page. */
export function PaletteHost() {
  const [open, setOpen] = useState<boolean | null>(null)
  useEffect(() => {
    const show = () => setOpen(true)
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      setOpen((was) => was !== true)
    }
    addEventListener('keydown', onKey)
    addEventListener(asked, show)
    const end = host.program?.onCommand((command) => command === 'palette' && show())
    return () => {
      removeEventListener('keydown', onKey)
      removeEventListener(asked, show)
      end?.()
    }
  }, [])
  // Brought when it is first wanted; then it stays.
  return open === null ? null : (
    <Suspense>
      <Palette open={open} onClose={() => setOpen(false)} />
    </Suspense>
  )
}

export function PaletteButton() {
  return (
    <button
      type="button"
      onClick={() => dispatchEvent(new Event(asked))}
      className="flex h-9 items-center gap-2 rounded-lg border border-line bg-sunken px-2.5 text-sm text-ink-soft hover:border-line-strong hover:text-ink sm:w-44"
    >
      <Search size={15} aria-hidden />{' '}
      <span className="max-sm:sr-only">
        <Trans>Search</Trans>
      </span>
      <span className="sr-only">
        <Trans>everything</Trans>
      </span>
      <kbd className="ml-auto rounded border border-line bg-surface px-1 font-mono text-[0.6875rem] max-sm:hidden">
        {isMac ? '⌘K' : 'Ctrl K'}
      </kbd>
    </button>
  )
}
