import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { InvoiceView, TeamId } from '@arcx/router'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'

const statuses: Readonly<Record<string, MessageDescriptor>> = {
  draft: msg`being made`,
  open: msg`to be paid`,
  paid: msg`paid`,
  uncollectible: msg`not paid`,
  void: msg`cancelled`,
}

/** Of a currency without cents a unit is the smallest there is. */
function amountOf({ total, currency }: InvoiceView): string {
  const format = new Intl.NumberFormat(i18n.locale, { style: 'currency', currency: currency.toUpperCase() })
  return format.format(total / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

export function Invoices({ teamId }: { teamId: TeamId | null }) {
  const { data: invoices, error } = useQuery(trpc.billing.invoices.queryOptions({ teamId }))
  if (error !== null)
    return (
      <p role="alert" className="mt-3 text-bad">
        {refusalOf(error).message}
      </p>
    )
  if (invoices === undefined) return <div aria-busy className="skeleton mt-3 h-8 w-full" />
  if (invoices.length === 0) return null
  return (
    <ul aria-label={t`Invoices`} className="mt-4 divide-y divide-line border-t border-line">
      {invoices.map((invoice) => {
        const { id, number, status, createdAt, url } = invoice
        const words = statuses[status]
        return (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <span className="min-w-0 flex-1 basis-40">
              {new Date(createdAt).toLocaleDateString(i18n.locale, { dateStyle: 'medium' })}
            </span>
            <span className="tabular-nums">{amountOf(invoice)}</span>
            <span className={status === 'open' ? 'text-bad' : 'text-ink-soft'}>
              {words === undefined ? status : i18n._(words)}
            </span>
            {url !== null && (
              <a href={url} target="_blank" rel="noreferrer" className="font-medium underline underline-offset-2">
                {number ?? <Trans>Invoice</Trans>}
              </a>
            )}
          </li>
        )
      })}
    </ul>
  )
}
