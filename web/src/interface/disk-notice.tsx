import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { HardDrive } from 'lucide-react'
import { trpc } from '../server/client.ts'
import { spokenBytes } from './bytes.ts'

const everyMs = 30_000

/** That the disk of the server is nearly full, or full: for everybody in words, for whoever runs it in numbers too. */
export function DiskNotice() {
  const { data } = useQuery({ ...trpc.disk.condition.queryOptions(), refetchInterval: everyMs })
  if (data === undefined || data.level === 'enough') return null
  return (
    <div role="status" className="mb-4 flex items-start gap-2.5 rounded-card bg-bad-wash px-4 py-3 break-words">
      <HardDrive size={18} aria-hidden className="mt-0.5 shrink-0 text-bad" />
      <div className="min-w-0">
        <p className="font-medium">
          {data.level === 'full' ? (
            <Trans>The disk of the server is full.</Trans>
          ) : (
            <Trans>The disk of the server is nearly full.</Trans>
          )}
        </p>
        <p>
          {data.level === 'full' ? (
            <Trans>
              Nothing can be saved until there is room again. What runs goes on. Delete workspaces that nobody needs.
            </Trans>
          ) : (
            <Trans>
              Nothing new is started until there is room again. What runs goes on. Delete workspaces that nobody needs.
            </Trans>
          )}
        </p>
        {data.numbers !== null && (
          <ul className="mt-1.5 text-sm text-ink-soft tabular-nums">
            {data.numbers.rooms.map(({ name, freeBytes, totalBytes }) => (
              <li key={name}>
                <Trans>
                  {name}: {spokenBytes(freeBytes)} of {spokenBytes(totalBytes)} free
                </Trans>
              </li>
            ))}
            <li>
              <Trans>Kept in reserve: {spokenBytes(data.numbers.reserveBytes)}</Trans>
            </li>
          </ul>
        )}
      </div>
    </div>
  )
}
