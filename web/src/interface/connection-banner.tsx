import { Trans } from '@lingui/react/macro'
import { WifiOff } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { host } from '../host/host.ts'

/** That what is shown may be old, and that nothing can be changed, while the server cannot be reached. */
export function ConnectionBanner() {
  const connection = useSyncExternalStore(host.connection.subscribe, host.connection.get)
  return (
    // It is there before it says something, so that screen readers hear it.
    <div role="status">
      {connection === 'lost' && (
        <p className="flex items-start justify-center gap-2.5 border-b border-line bg-bad-wash px-4 py-1.5 text-sm">
          <WifiOff size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
          <span>
            <Trans>
              The server cannot be reached. What you see may be out of date, and nothing can be changed until the
              connection is back. Reconnecting…
            </Trans>
          </span>
        </p>
      )}
    </div>
  )
}
