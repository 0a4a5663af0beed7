import { i18n } from '@lingui/core'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { tierName } from '../account/names.ts'
import { subscriptionStates } from '../billing/states.ts'
import { trpc } from '../server/client.ts'

/** Who has subscribed what; nothing where nothing is paid for on this server. */
export function Subscriptions() {
  const { data: customers } = useQuery(trpc.admin.billing.list.queryOptions())
  const subscribed = customers?.filter(({ subscription }) => subscription !== null) ?? []
  if (customers === undefined || customers === null) return null
  return (
    <>
      <h2 className="mb-2 mt-8 text-sm text-ink-soft">
        <Trans>Subscriptions</Trans>
      </h2>
      {subscribed.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <Trans>Nobody has subscribed yet.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {subscribed.map(({ ownerId, ownerKind, name, subscription }) => (
            <li key={ownerId} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-sm">
              <span className="min-w-0 flex-1 basis-48 font-medium break-words">
                {name ?? <Trans>has gone</Trans>}
                {ownerKind === 'team' && (
                  <span className="font-normal text-ink-soft">
                    {' '}
                    <Trans>team</Trans>
                  </span>
                )}
              </span>
              {subscription !== null && (
                <>
                  <span>{subscription.plan === null ? '–' : tierName(subscription.plan)}</span>
                  <span className="tabular-nums">{subscription.seats}</span>
                  <span className={subscription.state === 'unpaid' ? 'text-bad' : 'text-ink-soft'}>
                    {i18n._(subscriptionStates[subscription.state])}
                  </span>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
