import { EgressRules, noRules, secretPlaces, writtenOut } from '@arcx/router'
import type { EgressLimit } from '@arcx/router'
import type { Envelopes } from '@arcx/service-kit/envelopes'
import { matchesHost } from '../policy/host.ts'
import { Outward, contentsOf } from './outward.ts'
import type { TenantSecret } from './outward.ts'
import { denialOf } from '../policy/policy.ts'
import type { HostDenial, HostRules } from '../policy/policy.ts'
import { Prepared } from './prepared.ts'
import { Pairs } from '../../replace/pairs.ts'
import { variantsOf } from '../../replace/variants.ts'
import type { ProxyStore } from '../../store.ts'

const freshMs = 2000
const rememberedLimit = 500
/** A few hundred lists of twenty secrets; more go round. */
const preparedBytes = 256 * 2 ** 20

/** A workspace as the proxy sees it: its secrets, where it may go, and what is looked for in what comes back. */
export class Tenant {
  /** Whose the workspace is; for the record. */
  readonly userId: string | null
  readonly secrets: readonly TenantSecret[]
  readonly limits: readonly EgressLimit[]
  readonly found: EgressRules['found']
  readonly pasted: EgressRules['pasted']
  /** All of them count: the holder's, and the workspace's own. */
  readonly #rules: readonly { readonly rules: HostRules; readonly said: readonly string[] }[]
  /** By which secrets may go along, since that is the same for most hosts. */
  readonly #outward = new Map<string, Outward>()
  readonly #prepared: Prepared
  readonly #contents: { readonly scrub: string; readonly names: string }

  constructor(
    userId: string | null,
    secrets: readonly TenantSecret[],
    rules: readonly EgressRules[],
    prepared: Prepared,
  ) {
    this.userId = userId
    this.secrets = secrets
    this.#rules = rules.map(({ fallback, allow, deny }) => ({
      rules: { fallback, allow: writtenOut(allow), deny: writtenOut(deny) },
      said: deny,
    }))
    this.limits = rules.flatMap(({ limits }) => limits)
    this.found = strictest(
      ['redact', 'observe', 'off'],
      rules.map(({ found }) => found),
    )
    this.pasted = strictest(
      ['refuse', 'observe', 'off'],
      rules.map(({ pasted }) => pasted),
    )
    this.#prepared = prepared
    this.#contents = { scrub: contentsOf('scrub', secrets), names: contentsOf('names', secrets) }
  }

  /** Values in every writing → placeholders; `null` where there is nothing to hide. */
  get scrub(): Pairs | null {
    if (this.secrets.length === 0) return null
    return this.#prepared.of(
      this.#contents.scrub,
      () => new Pairs(this.secrets.flatMap(({ name, value, placeholder }) => variantsOf(value, placeholder, name))),
    )
  }

  /** The same in lower case, as headers’ names are. */
  get scrubInNames(): Pairs | null {
    if (this.secrets.length === 0) return null
    return this.#prepared.of(
      this.#contents.names,
      () =>
        new Pairs(
          this.secrets.flatMap(({ name, value }) =>
            variantsOf(value, '', name).map((pair) => ({
              ...pair,
              from: pair.from.toLowerCase(),
              lead: null,
              trail: null,
            })),
          ),
        ),
    )
  }

  /** Which of its rules keeps it from a host; `null` where none does. */
  denialOf(host: string): HostDenial | null {
    for (const { rules, said } of this.#rules) {
      const denial = denialOf(rules, host)
      if (denial === null) continue
      if (denial.kind === 'not_allowed') return denial
      // A preset is named as whoever wrote the rule knows it.
      const pattern = said.find((each) => writtenOut([each]).includes(denial.pattern))
      return { kind: 'denied', pattern: pattern ?? denial.pattern }
    }
    return null
  }

  /** What a request to a host may carry, and what it must not. */
  outwardTo(scheme: 'http' | 'https', host: string): Outward {
    const here = this.secrets.filter(
      ({ hosts }) => scheme === 'https' && hosts.some((pattern) => matchesHost(pattern, host)),
    )
    const key = here.map(({ placeholder }) => placeholder).join(' ')
    const known = this.#outward.get(key)
    if (known !== undefined) return known
    const outward = new Outward(
      here,
      this.secrets.filter((secret) => !here.includes(secret)),
      this.#prepared,
    )
    this.#outward.set(key, outward)
    return outward
  }
}

const strictest = <T>(order: readonly [T, ...T[]], said: readonly T[]): T =>
  order.find((each) => said.includes(each)) ?? order[0]

interface CachedTenant {
  readonly at: number
  readonly tenant: Promise<Tenant | null>
}

/** Tenants by workspace; at most two seconds old. @throws where the database is away, or a secret cannot be opened. */
export class Tenants {
  readonly #store: Pick<ProxyStore, 'tenant'>
  readonly #envelopes: Envelopes
  readonly #cache = new Map<string, CachedTenant>()
  /** What a tenant was made from: while that is the same, so is the tenant, and what was made ready for it. */
  readonly #made = new Map<string, { readonly from: string; readonly tenant: Tenant }>()
  readonly #prepared = new Prepared(preparedBytes)

  constructor(store: Pick<ProxyStore, 'tenant'>, envelopes: Envelopes) {
    this.#store = store
    this.#envelopes = envelopes
  }

  /** `null` for a workspace that is not there. */
  of(workspaceId: string): Promise<Tenant | null> {
    const known = this.#cache.get(workspaceId)
    if (known !== undefined && Date.now() - known.at < freshMs) return known.tenant
    const tenant = this.#read(workspaceId)
    // Asked anew, it is the last to be forgotten.
    this.#cache.delete(workspaceId)
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size < rememberedLimit) break
      this.#cache.delete(oldest)
      this.#made.delete(oldest)
    }
    this.#cache.set(workspaceId, { at: Date.now(), tenant })
    tenant.catch(() => {
      this.#cache.delete(workspaceId)
      this.#made.delete(workspaceId)
    })
    return tenant
  }

  async #read(workspaceId: string): Promise<Tenant | null> {
    const stored = await this.#store.tenant(workspaceId)
    if (stored === null) {
      this.#made.delete(workspaceId)
      return null
    }
    const { workspace, secrets: rows, policies } = stored
    const from = JSON.stringify([workspace, ...[...rows, ...policies].map(({ id, updatedAt }) => [id, updatedAt])])
    const known = this.#made.get(workspaceId)
    if (known?.from === from) return known.tenant
    const secrets = rows.map(({ id, name, sealed, placeholder, hosts, places }): TenantSecret => {
      const value = this.#envelopes.open(sealed, id)
      // Without its value it cannot be kept from coming back either.
      if (value === null) throw new Error(`The secret ${name} cannot be opened with ARC_SECRETS_KEY.`)
      return { name, value, placeholder, hosts, places: secretPlaces.filter((place) => places.includes(place)) }
    })
    const tenant = new Tenant(
      workspace.ownerId ?? workspace.createdById,
      secrets,
      policies.length === 0 ? [noRules] : policies.map((each) => EgressRules.parse(each)),
      this.#prepared,
    )
    // Forgotten meanwhile, it stays so.
    if (this.#cache.has(workspaceId)) this.#made.set(workspaceId, { from, tenant })
    return tenant
  }
}
