import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { CreditCard, ExternalLink } from 'lucide-react'
import { useEffect } from 'react'
import type { BillingView, SubscriptionView, TeamId } from '@arcx/router'
import { tierName } from '../account/names.ts'
import { Button } from '../interface/button.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { Invoices } from './invoices.tsx'

const states: Readonly<Record<SubscriptionView['state'], MessageDescriptor>> = {
  active: msg`paid`,
  trial: msg`on trial`,
  unpaid: msg`a payment is missing`,
  incomplete: msg`the first payment is missing`,
  ended: msg`ended`,
}
const onError = (error: unknown) => showError(refusalOf(error).message)
const goTo = ({ url }: { readonly url: string }) => location.assign(url)
const date = (at: string) => new Date(at).toLocaleDateString(i18n.locale, { dateStyle: 'medium' })

/** What somebody, or a team, has subscribed; nothing where nothing is paid for on this server. */
export function Subscription({ teamId, mayOrder }: { teamId: TeamId | null; mayOrder: boolean }) {
  const { data: billing } = useQuery(trpc.billing.get.queryOptions({ teamId }))
  if (billing === undefined || billing === null) return null
  return (
    <section aria-labelledby="subscription" className="mb-8">
      <h2 id="subscription" className="mb-2 text-sm text-ink-soft">
        <Trans>Subscription</Trans>
      </h2>
      <div className="rounded-card border border-line bg-surface p-4 text-sm">
        <Standing billing={billing} />
        {mayOrder && <Order teamId={teamId} billing={billing} />}
        {billing.subscription !== null && <Invoices teamId={teamId} />}
      </div>
    </section>
  )
}

function Standing({ billing: { subscription, seats } }: { billing: BillingView }) {
  if (subscription === null)
    return (
      <p className="text-ink-soft">
        <Trans>Nothing is subscribed.</Trans>
      </p>
    )
  const { plan, state, endsAt, periodEndsAt } = subscription
  return (
    <>
      <p>
        <span className="font-medium">{plan === null ? t`Another plan` : tierName(plan)}</span>
        {' · '}
        <span className={state === 'unpaid' || state === 'incomplete' ? 'text-bad' : ''}>{i18n._(states[state])}</span>
        {plan === 'team' && (
          <>
            {' · '}
            <Plural value={seats} one="# seat" other="# seats" />
          </>
        )}
      </p>
      {state === 'unpaid' && endsAt !== null ? (
        <p role="alert" className="mt-1 text-bad">
          <Trans>
            The plan ends on {date(endsAt)} unless it is paid. What runs beyond the next lower plan is stopped then;
            nothing is deleted.
          </Trans>
        </p>
      ) : endsAt !== null && state !== 'ended' ? (
        <p className="mt-1 text-ink-soft">
          <Trans>It ends on {date(endsAt)}.</Trans>
        </p>
      ) : (
        periodEndsAt !== null &&
        state !== 'ended' && (
          <p className="mt-1 text-ink-soft">
            <Trans>The next payment is on {date(periodEndsAt)}.</Trans>
          </p>
        )
      )}
    </>
  )
}

/** What leads to Stripe: to subscribe, or to change what is subscribed. */
export function Order({ teamId, billing }: { teamId: TeamId | null; billing: BillingView }) {
  const { plans, subscription, trialDays, seats } = billing
  const checkout = useMutation(trpc.billing.checkout.mutationOptions({ onSuccess: goTo, onError }))
  const portal = useMutation(trpc.billing.portal.mutationOptions({ onSuccess: goTo, onError }))
  const { mutate: refresh } = useMutation(
    trpc.billing.refresh.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.billing.get.queryKey() })
        await queryClient.invalidateQueries({ queryKey: trpc.auth.me.queryKey() })
      },
    }),
  )
  // Whoever comes back from Stripe need not wait for its event.
  useEffect(() => {
    refresh({ teamId })
  }, [refresh, teamId])
  const canOrder = subscription === null || subscription.state === 'ended' || subscription.state === 'incomplete'
  return (
    <div className="mt-3 flex flex-wrap items-center gap-3">
      {canOrder &&
        plans.map((plan) => (
          <Button key={plan} tone="primary" busy={checkout.isPending} onClick={() => checkout.mutate({ teamId, plan })}>
            <CreditCard size={15} aria-hidden /> <Trans>Subscribe to {tierName(plan)}</Trans>
          </Button>
        ))}
      {subscription !== null && (
        <Button busy={portal.isPending} onClick={() => portal.mutate({ teamId })}>
          <ExternalLink size={15} aria-hidden /> <Trans>Manage at Stripe</Trans>
        </Button>
      )}
      {canOrder && (
        <span className="text-ink-soft">
          {trialDays !== null && <Plural value={trialDays} one="First # day free." other="First # days free." />}{' '}
          {plans.includes('team') && <Plural value={seats} one="For # seat." other="For # seats." />}{' '}
          <Trans>Price and tax are shown before you pay.</Trans>
        </span>
      )}
    </div>
  )
}
