import { i18n } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import type { WebhookDelivery, WebhookOutcome } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { optimistically, useOptimistic } from '../server/optimistic.ts'

const outcomes: Readonly<Record<WebhookOutcome, ReturnType<typeof msg>>> = {
  queued: msg`Waiting`,
  handled: msg`Handled`,
  ignored: msg`Ignored`,
  failed: msg`Failed`,
}
const sources = { github: 'GitHub', stripe: 'Stripe' } as const

const optimistic = [
  optimistically(trpc.admin.webhooks.replay, (list: readonly WebhookDelivery[], { id }) =>
    list.map((delivery) => (delivery.id === id ? { ...delivery, outcome: 'queued' as const, error: null } : delivery)),
  ),
]

/** What GitHub and Stripe have sent, and what came of it. */
export function WebhookDeliveries() {
  const [outcome, setOutcome] = useState<WebhookOutcome | null>(null)
  const { data: known, error } = useQuery({
    ...trpc.admin.webhooks.list.queryOptions({ outcome }),
    placeholderData: keepPreviousData,
    refetchInterval: 3000,
  })
  const data = useOptimistic(known, optimistic)
  return (
    <>
      <select
        aria-label={t`Filter by outcome`}
        className={`${inputClass} mb-4 !h-9 !w-auto`}
        value={outcome ?? ''}
        onChange={({ target: { value } }) => setOutcome(isOutcome(value) ? value : null)}
      >
        <option value="">{t`Every outcome`}</option>
        {Object.entries(outcomes).map(([name, words]) => (
          <option key={name} value={name}>
            {i18n._(words)}
          </option>
        ))}
      </select>
      {error !== null ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : data === undefined ? (
        <div aria-busy className="skeleton h-32 w-full" />
      ) : data.length === 0 ? (
        <div className="rounded-card border border-dashed border-line-strong p-8 text-center text-ink-soft">
          {outcome === null ? (
            <Trans>
              Nothing has been sent to this server yet.{' '}
              <Link to="/docs/$page" params={{ page: 'webhooks' }} className="font-medium underline underline-offset-2">
                How to set up webhooks
              </Link>
            </Trans>
          ) : (
            <Trans>No delivery has this outcome.</Trans>
          )}
        </div>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {data.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
    </>
  )
}

function Row({ delivery }: { delivery: WebhookDelivery }) {
  const replay = useMutation(
    trpc.admin.webhooks.replay.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.webhooks.list.queryKey() }),
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  const { id, source, event, deliveryId, outcome, attempts, error, receivedAt } = delivery
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3" data-delivery={deliveryId}>
      <div className="min-w-0 flex-1 basis-56">
        <div className="font-medium break-all">
          {sources[source]} · {event}
        </div>
        <div className="text-sm text-ink-soft break-words">
          <span className={outcome === 'failed' ? 'text-bad' : ''}>{i18n._(outcomes[outcome])}</span>
          {' · '}
          <Ago at={receivedAt} />
          {attempts > 1 && (
            <>
              {' · '}
              <Trans>{attempts} attempts</Trans>
            </>
          )}
          {' · '}
          <code className="break-all">{deliveryId}</code>
        </div>
        {error !== null && <div className="mt-1 text-sm text-bad break-words">{error}</div>}
      </div>
      {outcome !== 'queued' && (
        <Button onClick={() => replay.mutate({ id })} busy={replay.isPending} aria-label={t`Handle ${event} again`}>
          <RotateCw size={14} aria-hidden /> <Trans>Handle again</Trans>
        </Button>
      )}
    </li>
  )
}

const isOutcome = (value: string): value is WebhookOutcome => Object.hasOwn(outcomes, value)
