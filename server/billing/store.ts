import { randomUUID } from 'node:crypto'
import { PaidPlan, TeamId, UserId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { TierOwner } from '../tiers/tiers.ts'
import type { SubscriptionFacts } from './standing.ts'

export interface CustomerRow {
  readonly id: string
  readonly ownerKind: 'person' | 'team'
  readonly ownerId: string
  readonly stripeId: string | null
  readonly subscriptionId: string | null
  readonly status: string | null
  readonly plan: PaidPlan | null
  readonly seats: number | null
  readonly periodEndsAt: Date | null
  readonly trialEndsAt: Date | null
  readonly cancelsAt: Date | null
  readonly unpaidSince: Date | null
  readonly reconciledAt: Date | null
}

/** Who it is, while they are there. */
export interface OwnerFacts {
  readonly name: string
  readonly email: string | null
  /** By whom a trial is remembered. */
  readonly trialKey: string
  /** What is paid for. */
  readonly seats: number
}

export const ownerOf = ({ ownerKind, ownerId }: Pick<CustomerRow, 'ownerKind' | 'ownerId'>): TierOwner =>
  ownerKind === 'team' ? { teamId: TeamId.parse(ownerId) } : { userId: UserId.parse(ownerId) }

const keysOf = (owner: TierOwner) =>
  'teamId' in owner
    ? ({ ownerKind: 'team', ownerId: owner.teamId } as const)
    : ({ ownerKind: 'person', ownerId: owner.userId } as const)

const shown = 500

/** Stripe's customers, and who has had a trial. */
export class BillingStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async byId(id: string): Promise<CustomerRow | null> {
    return rowOf(await this.#database.billingCustomer.findUnique({ where: { id } }))
  }

  async byStripeId(stripeId: string): Promise<CustomerRow | null> {
    return rowOf(await this.#database.billingCustomer.findUnique({ where: { stripeId } }))
  }

  async of(owner: TierOwner): Promise<CustomerRow | null> {
    return rowOf(await this.#database.billingCustomer.findUnique({ where: { ownerKind_ownerId: keysOf(owner) } }))
  }

  async findOrAdd(unit: Unit, owner: TierOwner): Promise<CustomerRow> {
    const { billingCustomer } = queriesOf(unit)
    await billingCustomer.createMany({ data: [{ id: randomUUID(), ...keysOf(owner) }], skipDuplicates: true })
    const row = rowOf(await billingCustomer.findUnique({ where: { ownerKind_ownerId: keysOf(owner) } }))
    if (row === null) throw new Error('The customer that was just stored is not there.')
    return row
  }

  async setStripeId(unit: Unit, id: string, stripeId: string): Promise<void> {
    await queriesOf(unit).billingCustomer.updateMany({ where: { id, stripeId: null }, data: { stripeId } })
  }

  async all(): Promise<readonly CustomerRow[]> {
    const rows = await this.#database.billingCustomer.findMany({ orderBy: { createdAt: 'desc' }, take: shown })
    return rows.flatMap((row) => rowOf(row) ?? [])
  }

  /** All that are Stripe's. `unpaid`: of whom a payment is missing. */
  async idsOf(which: 'all' | 'unpaid'): Promise<readonly string[]> {
    const rows = await this.#database.billingCustomer.findMany({
      where: { stripeId: { not: null }, ...(which === 'unpaid' ? { unpaidSince: { not: null } } : {}) },
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  }

  /**
   * Another one with each change of the row: what was fetched from Stripe is stored only where nobody has stored anything
   * since before it was fetched.
   */
  async versionOf(id: string): Promise<string | null> {
    const [row] = await this.#database.$queryRaw<{ readonly version: string }[]>`
      SELECT "xmin"::text || "ctid"::text AS "version" FROM "BillingCustomer" WHERE "id" = ${id}::uuid`
    return row?.version ?? null
  }

  /** Whether the row was as `version` says; it is locked then. */
  async holdAt(unit: Unit, id: string, version: string): Promise<boolean> {
    const held = await queriesOf(unit).$queryRaw<unknown[]>`
      SELECT 1 FROM "BillingCustomer"
      WHERE "id" = ${id}::uuid AND "xmin"::text || "ctid"::text = ${version} FOR UPDATE`
    return held.length > 0
  }

  async note(unit: Unit, id: string, subscription: SubscriptionFacts | null): Promise<void> {
    await queriesOf(unit).billingCustomer.update({
      where: { id },
      data: {
        reconciledAt: new Date(),
        subscriptionId: subscription?.id ?? null,
        status: subscription?.status ?? null,
        plan: subscription?.plan ?? null,
        seats: subscription?.seats ?? null,
        periodEndsAt: subscription?.periodEndsAt ?? null,
        trialEndsAt: subscription?.trialEndsAt ?? null,
        cancelsAt: subscription?.cancelsAt ?? null,
        unpaidSince: subscription?.unpaidSince ?? null,
      },
    })
  }

  /** Null where they have gone, or go. */
  async factsOf(owner: TierOwner): Promise<OwnerFacts | null> {
    if ('teamId' in owner) {
      const team = await this.#database.team.findUnique({
        where: { id: owner.teamId, deletingAt: null },
        select: {
          name: true,
          memberships: { where: { role: 'owner' }, select: { user: { select: { email: true } } } },
        },
      })
      if (team === null) return null
      const seats = await this.#database.membership.count({ where: { teamId: owner.teamId } })
      const email = team.memberships[0]?.user.email ?? null
      return { name: team.name, email, seats: Math.max(1, seats), trialKey: `team:${owner.teamId}` }
    }
    const person = await this.#database.user.findUnique({
      where: { id: owner.userId, status: { not: 'leaving' } },
      select: { name: true, email: true, githubId: true },
    })
    if (person === null) return null
    const { name, email, githubId } = person
    return { name, email, seats: 1, trialKey: githubId === null ? `person:${owner.userId}` : `github:${githubId}` }
  }

  async hadTrial(key: string): Promise<boolean> {
    return (await this.#database.billingTrial.count({ where: { whose: key } })) > 0
  }

  async noteTrial(unit: Unit, key: string): Promise<void> {
    await queriesOf(unit).billingTrial.createMany({ data: [{ whose: key }], skipDuplicates: true })
  }

  /** Lets in who waited for their payment. Whether they did. */
  async letIn(unit: Unit, userId: UserId): Promise<boolean> {
    const { count } = await queriesOf(unit).user.updateMany({
      where: { id: userId, status: 'waiting_payment' },
      data: { status: 'active' },
    })
    return count > 0
  }
}

type Stored = Omit<CustomerRow, 'ownerKind' | 'plan'> & { readonly ownerKind: string; readonly plan: string | null }

function rowOf(row: Stored | null): CustomerRow | null {
  if (row === null) return null
  const { ownerKind, plan } = row
  return {
    ...row,
    ownerKind: ownerKind === 'team' ? 'team' : 'person',
    plan: plan === null ? null : PaidPlan.parse(plan),
  }
}
