import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { UsagePrice } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { dayBefore } from '../usage/amounts.ts'
import { UsageReport } from '../usage/report.tsx'
import { ExportLink, SpanChoice } from '../usage/span.tsx'
import type { SpanDays } from '../usage/span.tsx'

/** What everybody uses, and what it costs them. */
export function EverybodysUsage() {
  const [days, setDays] = useState<SpanDays>(30)
  const span = { from: dayBefore(days - 1), to: dayBefore(0) }
  const { data: usage, error } = useQuery({
    ...trpc.admin.usage.all.queryOptions(span),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
  if (error !== null)
    return (
      <p role="alert" className="text-bad">
        {refusalOf(error).message}
      </p>
    )
  if (usage === undefined) return <div aria-busy className="skeleton h-64 w-full" />
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <SpanChoice days={days} onChange={setDays} />
        <ExportLink path={`/api/admin/usage?${new URLSearchParams(span)}`} />
      </div>
      <UsageReport {...usage} {...span} by="owner" />
      <Price key={JSON.stringify(usage.price)} price={usage.price} />
    </>
  )
}

function Price({ price }: { price: UsagePrice | null }) {
  const [cents, setCents] = useState(price === null ? '' : String(price.centsPerHour))
  const [currency, setCurrency] = useState(price?.currency ?? 'eur')
  const save = useMutation(
    trpc.admin.usage.setPrice.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.usage.all.queryKey() }),
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  return (
    <form
      className="mt-6 flex flex-wrap items-end gap-3 text-sm"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate({ price: cents === '' ? null : { centsPerHour: Number(cents), currency } })
      }}
    >
      <label className="flex flex-col gap-1">
        <Trans>Price of an hour awake, in cents (empty for no price)</Trans>
        <input
          type="number"
          min={0}
          max={1_000_000}
          className={`${inputClass} !h-9 !w-36`}
          value={cents}
          onChange={(event) => setCents(event.target.value)}
        />
      </label>
      <label className="flex flex-col gap-1">
        <Trans>Currency</Trans>
        <input
          pattern="[a-z]{3}"
          title={t`Three letters, such as eur or usd`}
          required
          className={`${inputClass} !h-9 !w-24`}
          value={currency}
          onChange={(event) => setCurrency(event.target.value.toLowerCase())}
        />
      </label>
      <Button type="submit" busy={save.isPending}>
        <Trans>Save price</Trans>
      </Button>
    </form>
  )
}
