import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Download, ShieldAlert, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import type { NamedAuditEntry } from '@arcx/router'
import { deviceOf } from '../pages/device.ts'
import { host } from '../host/host.ts'
import { Button, buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { exactTime } from '../interface/time.tsx'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

const nouns = {
  workspace: msg`workspaces`,
  session: msg`sessions`,
  token: msg`tokens`,
  user: msg`people`,
  invite: msg`invitations`,
  waitlist: msg`the waitlist`,
} as const

/** A session is known by what its browser says of itself. */
function targetOf({ targetKind, targetId, targetLabel }: NamedAuditEntry): string | null {
  return targetKind === 'session' && targetLabel !== null && targetLabel !== targetId
    ? deviceOf(targetLabel)
    : targetLabel
}

/** What everybody did, newest first, with the state of its hash chain. */
export function AuditLog() {
  const [noun, setNoun] = useState('')
  const filter = noun === '' ? {} : { action: noun }
  const pages = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { ...filter, limit: 50 },
      { getNextPageParam: (page) => (page.length < 50 ? undefined : page.at(-1)?.id), initialCursor: null },
    ),
  )
  const verdict = useQuery({ ...trpc.audit.verify.queryOptions(), staleTime: 0 })
  const entries = pages.data?.pages.flat()
  const exported = (format: 'jsonl' | 'csv') =>
    `${host.server()}/api/admin/audit?${new URLSearchParams({ ...filter, format })}`
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <select
          aria-label={t`Filter by subject`}
          className={`${inputClass} !h-9 !w-auto`}
          value={noun}
          onChange={(event) => setNoun(event.target.value)}
        >
          <option value="">
            <Trans>Everything</Trans>
          </option>
          {Object.entries(nouns).map(([name, words]) => (
            <option key={name} value={name}>
              {i18n._(words)}
            </option>
          ))}
        </select>
        <span role="status" className="flex items-center gap-1.5 text-sm">
          {verdict.data === undefined ? (
            <span className="text-ink-soft">
              <Trans>Verifying…</Trans>
            </span>
          ) : verdict.data.kind === 'whole' ? (
            <>
              <ShieldCheck size={16} aria-hidden className="text-good" />{' '}
              <Trans>Verified: {verdict.data.entries} entries intact</Trans>
            </>
          ) : (
            <span className="flex items-center gap-1.5 text-bad">
              <ShieldAlert size={16} aria-hidden />{' '}
              <Trans>
                Entry {verdict.data.id}: {verdict.data.why}
              </Trans>
            </span>
          )}
        </span>
        <div className="ml-auto flex gap-2">
          {(['jsonl', 'csv'] as const).map((format) => (
            <a key={format} className={buttonClass()} href={exported(format)} download>
              <Download size={15} aria-hidden /> {format === 'csv' ? 'CSV' : t`JSON lines`}
            </a>
          ))}
        </div>
      </div>
      {pages.error !== null ? (
        <p role="alert" className="text-bad">
          {refusalOf(pages.error).message}
        </p>
      ) : entries === undefined ? (
        <div aria-busy className="skeleton h-40 w-full" />
      ) : (
        <div
          tabIndex={0}
          role="region"
          aria-label={t`Entries`}
          className="overflow-x-auto rounded-card border border-line bg-surface"
        >
          <table className="w-full text-left text-sm max-sm:block">
            <thead className="text-ink-soft max-sm:sr-only">
              <tr className="border-b border-line">
                {[t`Time`, t`Actor`, t`Action`, t`Target`, t`Address`, t`Outcome`].map((title) => (
                  <th key={title} scope="col" className="px-3 py-2 font-normal">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody translate="no" className="divide-y divide-line max-sm:block">
              {entries.map((entry) => (
                <tr key={entry.id} className="max-sm:flex max-sm:flex-wrap max-sm:gap-x-3 max-sm:px-3 max-sm:py-2">
                  <td className="whitespace-nowrap px-3 py-2 max-sm:p-0 text-ink-soft tabular-nums">
                    {exactTime(entry.at)}
                  </td>
                  <td className="max-w-40 truncate px-3 py-2 max-sm:p-0" title={entry.actorId}>
                    {entry.actorName}
                  </td>
                  <td className="whitespace-nowrap px-3 py-2 max-sm:p-0 font-mono text-[0.8125rem]">{entry.action}</td>
                  <td
                    className="max-w-52 truncate px-3 py-2 max-sm:p-0"
                    title={[entry.targetName, entry.targetId].filter((each) => each !== null).join(' · ')}
                  >
                    {targetOf(entry)}
                  </td>
                  <td className="whitespace-nowrap px-3 py-2 max-sm:p-0 text-ink-soft">{entry.address}</td>
                  <td className={`px-3 py-2 max-sm:p-0 ${entry.outcome === 'ok' ? '' : 'text-bad'}`}>
                    {entry.outcome.replace('refused:', 'refused: ').replaceAll('_', ' ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pages.hasNextPage && (
        <div className="mt-3 text-center">
          <Button onClick={() => void pages.fetchNextPage()} busy={pages.isFetchingNextPage}>
            <Trans>Older entries</Trans>
          </Button>
        </div>
      )}
    </>
  )
}
