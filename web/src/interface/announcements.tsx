import { t } from '@lingui/core/macro'
import { useQuery } from '@tanstack/react-query'
import { Megaphone, TriangleAlert, X } from 'lucide-react'
import { useState } from 'react'
import type { Announcement } from '@arcx/router'
import { trpc } from '../server/client.ts'
import { buttonClass } from './button.tsx'
import { readDismissed, withDismissed } from './dismissed.ts'
import { DiskNotice } from './disk-notice.tsx'

const everyMs = 60_000

/** What whoever runs the server tells everybody, and what the server says of itself; it appears by itself within a minute. */
export function Announcements() {
  const { data = [] } = useQuery({ ...trpc.announcements.current.queryOptions(), refetchInterval: everyMs })
  return (
    <>
      <DiskNotice />
      <Told announcements={data} />
    </>
  )
}

function Told({ announcements }: { announcements: readonly Announcement[] }) {
  const [dismissed, setDismissed] = useState(() => readDismissed(localStorage))
  return announcements
    .filter(({ id }) => !dismissed.includes(id))
    .map(({ id, text, tone }) => (
      <div
        key={id}
        role="status"
        className={`mb-6 flex items-start gap-2.5 rounded-card py-2 pl-4 pr-2 ${tone === 'warning' ? 'bg-bad-wash' : 'bg-accent-wash'}`}
      >
        {tone === 'warning' ? (
          <TriangleAlert size={18} aria-label={t`Warning`} className="mt-2 shrink-0 text-bad" />
        ) : (
          <Megaphone size={18} aria-hidden className="mt-2 shrink-0 text-accent" />
        )}
        <p className="min-w-0 flex-1 py-1.5 break-words whitespace-pre-line">{text}</p>
        <button
          type="button"
          aria-label={t`Dismiss`}
          title={t`Dismiss`}
          className={buttonClass('ghost', true)}
          onClick={() => setDismissed(withDismissed(localStorage, id))}
        >
          <X size={16} aria-hidden />
        </button>
      </div>
    ))
}
