import { t } from '@lingui/core/macro'
import { useQuery } from '@tanstack/react-query'
import { Megaphone, TriangleAlert } from 'lucide-react'
import type { Announcement } from '@arcx/router'
import { trpc } from '../server/client.ts'
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
  return announcements.map(({ id, text, tone }) => (
    <p key={id} role="status" className={`mb-4 flex items-start gap-2.5 rounded-card px-4 py-3 break-words whitespace-pre-line ${tone === 'warning' ? 'bg-bad-wash' : 'bg-accent-wash'}`}>
      {tone === 'warning' ? <TriangleAlert size={18} aria-label={t`Warning`} className="mt-0.5 shrink-0 text-bad" /> : <Megaphone size={18} aria-hidden className="mt-0.5 shrink-0 text-accent" />}
      <span className="min-w-0">{text}</span>
    </p>
  ))
}
