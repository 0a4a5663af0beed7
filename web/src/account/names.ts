import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Account } from '@arcx/router'

const tiers: Readonly<Record<Account['tier'], MessageDescriptor>> = { free: msg`Free`, pro: msg`Pro`, team: msg`Team` }
const roles: Readonly<Record<Account['role'], MessageDescriptor>> = { member: msg`Member`, admin: msg`Admin` }

export const allTiers = Object.keys(tiers) as readonly Account['tier'][]

export const tierName = (tier: Account['tier']): string => i18n._(tiers[tier])
export const roleName = (role: Account['role']): string => i18n._(roles[role])
