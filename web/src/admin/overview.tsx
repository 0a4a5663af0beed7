import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

const words: Readonly<Record<string, MessageDescriptor>> = {
  active: msg`active`,
  waiting_payment: msg`waiting for payment`,
  suspended: msg`suspended`,
  leaving: msg`being deleted`,
  running: msg`running`,
  stopped: msg`stopped`,
  starting: msg`starting`,
  stopping: msg`stopping`,
  creating: msg`creating`,
  deleting: msg`deleting`,
  failed: msg`failed`,
}
const wordOf = (part: string) => (words[part] === undefined ? part : i18n._(words[part]))

/** How the server stands, in numbers. */
export function Overview() {
  const { data, error } = useQuery({ ...trpc.admin.overview.queryOptions(), refetchInterval: 10_000 })
  if (error !== null) {
    return (
      <p role="alert" className="text-bad">
        {refusalOf(error).message}
      </p>
    )
  }
  if (data === undefined) return <div aria-busy className="skeleton h-32 w-full" />
  const total = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((sum, count) => sum + count, 0)
  return (
    <dl className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <Figure name={t`People`} value={total(data.people)} parts={data.people} />
      <Figure name={t`Workspaces`} value={total(data.workspaces)} parts={data.workspaces} />
      <Figure name={t`Signed-in browsers`} value={data.sessions} />
      <Figure name={t`On the waitlist`} value={data.waiting} />
    </dl>
  )
}

function Figure({ name, value, parts }: { name: string; value: number; parts?: Readonly<Record<string, number>> }) {
  return (
    <div className="rounded-card border border-line bg-surface p-4">
      <dt className="text-sm text-ink-soft">{name}</dt>
      <dd className="text-3xl font-semibold tabular-nums">{value}</dd>
      {Object.entries(parts ?? {}).map(([part, count]) => (
        <dd key={part} className="text-sm text-ink-soft">
          {count} {wordOf(part)}
        </dd>
      ))}
    </div>
  )
}
