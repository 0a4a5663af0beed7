import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import type { EventDelivery, EventEndpointId } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { Ago, exactTime } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { deliveriesChanged } from './live.ts'
import { stateWords } from './words.ts'

/** What was sent to an endpoint, and what it answered. */
export function Deliveries({ id, isOn }: { id: EventEndpointId; isOn: boolean }) {
  const { data, error } = useQuery({
    ...trpc.eventWebhooks.deliveries.queryOptions({ id }),
    refetchInterval: 3000,
  })
  if (error !== null)
    return (
      <p role="alert" className="mt-3 text-sm text-bad">
        {refusalOf(error).message}
      </p>
    )
  if (data === undefined) return <div aria-busy className="skeleton mt-3 h-12 w-full" />
  if (data.length === 0)
    return (
      <p className="mt-3 text-sm text-ink-soft">
        <Trans>Nothing has been sent yet. “Send a test” shows whether it arrives.</Trans>
      </p>
    )
  return (
    <ul aria-label={t`Deliveries`} className="mt-3 divide-y divide-line rounded-lg border border-line bg-sunken">
      {data.map((delivery) => (
        <Row key={delivery.id} delivery={delivery} isOn={isOn} />
      ))}
    </ul>
  )
}

function Row({ delivery, isOn }: { delivery: EventDelivery; isOn: boolean }) {
  const resend = useMutation(
    trpc.eventWebhooks.resend.mutationOptions({
      onSuccess: deliveriesChanged,
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  const { id, event, state, attempts, createdAt, nextAttemptAt, durationMs, status, error, body, answer } = delivery
  return (
    <li className="px-3 py-2 text-sm">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <span className="font-mono text-xs break-all">{event}</span>{' '}
          <span className={state === 'failed' || error !== null ? 'text-bad' : ''}>
            {i18n._(stateWords[state])}
            {status !== null && ` · ${status}`}
          </span>
          <span className="text-ink-soft">
            {' · '}
            <Ago at={createdAt} />
            {attempts > 1 && (
              <>
                {' · '}
                <Plural value={attempts} one="# attempt" other="# attempts" />
              </>
            )}
            {durationMs !== null && ` · ${durationMs} ms`}
          </span>
          {error !== null && <div className="text-bad break-words">{error}</div>}
          {nextAttemptAt !== null && (
            <div className="text-ink-soft">
              <Trans>Tried again at {exactTime(nextAttemptAt)}</Trans>
            </div>
          )}
        </div>
        <Button
          busy={resend.isPending}
          disabled={!isOn}
          onClick={() => resend.mutate({ id })}
          aria-label={t`Send ${event} again`}
        >
          <RotateCw size={14} aria-hidden /> <Trans>Send again</Trans>
        </Button>
      </div>
      <details className="mt-1">
        <summary className="cursor-pointer text-ink-soft">
          <Trans>Request and answer</Trans>
        </summary>
        <div className="mt-1 text-xs text-ink-soft">
          <code className="break-all">webhook-id: msg_{id}</code>
        </div>
        <pre className="mt-1 max-h-48 overflow-auto rounded-lg border border-line bg-surface p-2 text-xs break-all whitespace-pre-wrap">
          {body}
        </pre>
        {answer !== null && answer !== '' && (
          <>
            <div className="mt-2 text-xs text-ink-soft">
              <Trans>What was answered</Trans>
            </div>
            <pre className="mt-1 max-h-48 overflow-auto rounded-lg border border-line bg-surface p-2 text-xs break-all whitespace-pre-wrap">
              {answer}
            </pre>
          </>
        )}
      </details>
    </li>
  )
}
