import { Trans } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { buttonClass } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'

export function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center px-4 text-center">
      <div className="flex flex-col items-center gap-4">
        <Mark size={44} />
        <h1 className="text-xl font-semibold">
          <Trans>There is nothing here</Trans>
        </h1>
        <Link to="/dashboard" className={buttonClass('primary')}>
          <Trans>To your workspaces</Trans>
        </Link>
      </div>
    </main>
  )
}
