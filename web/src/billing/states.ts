import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { SubscriptionView } from '@arcx/router'

export const subscriptionStates: Readonly<Record<SubscriptionView['state'], MessageDescriptor>> = {
  active: msg`paid`,
  trial: msg`on trial`,
  unpaid: msg`a payment is missing`,
  incomplete: msg`the first payment is missing`,
  ended: msg`ended`,
}
