import { Trans } from '@lingui/react/macro'
import { useEffect } from 'react'
import { Button, buttonClass } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'

declare global {
  interface Window {
    /** Asks for the whole page again, a few times a minute at most (`public/boot.js`). */
    arcxAgain?: () => void
  }
}

/** As browsers say it, and Vite of a style. */
const missing = /dynamically imported module|Importing a module script failed|Unable to preload/i

/** What stands where a page cannot be shown: one whose part did not come is asked for again by itself. */
export function Broken({ error }: { error: unknown }) {
  const isMissing = error instanceof Error && missing.test(error.message)
  useEffect(() => {
    if (isMissing) window.arcxAgain?.()
  }, [isMissing])
  return (
    <main className="grid min-h-dvh place-items-center px-4 text-center">
      <div role="alert" className="flex max-w-sm flex-col items-center gap-4">
        <Mark size={44} />
        <h1 className="text-xl font-semibold">
          <Trans>This page could not be shown</Trans>
        </h1>
        <p className="text-ink-soft">
          {isMissing ? (
            <Trans>A part of it did not come. Check your connection.</Trans>
          ) : (
            <Trans>Something went wrong in it. What you did before is kept on the server.</Trans>
          )}
        </p>
        <div className="flex gap-2">
          <Button tone="primary" onClick={() => location.reload()}>
            <Trans>Load it again</Trans>
          </Button>
          <a href="/dashboard" className={buttonClass('ghost')}>
            <Trans>To your workspaces</Trans>
          </a>
        </div>
      </div>
    </main>
  )
}
