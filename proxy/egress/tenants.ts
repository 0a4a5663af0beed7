import type { Database } from '@arcx/database'
import { open } from '@arcx/service-kit/sealing'
import { writtenOut } from '@arcx/router'
import { matchesHost } from './host.ts'
import { EgressPolicy } from './policy.ts'
import { Pairs } from '../replace/replacer.ts'
import { variantsOf } from '../replace/variants.ts'
import type { Pair } from '../replace/variants.ts'

const freshMs = 2000
const rememberedLimit = 500

export interface TenantSecret {
  readonly name: string
  readonly value: string
  readonly placeholder: string
  readonly hosts: readonly string[]
}

/** A workspace as the proxy sees it: its secrets, where it may go, and what is looked for in what comes back. */
export class Tenant {
  readonly secrets: readonly TenantSecret[]
  readonly policy: EgressPolicy
  /** Values in every writing → placeholders; `null` where there is nothing to hide. */
  readonly scrub: Pairs | null
  readonly #outward = new Map<string, Outward>()

  constructor(secrets: readonly TenantSecret[], policy: EgressPolicy) {
    this.secrets = secrets
    this.policy = policy
    this.scrub = secrets.length === 0 ? null : new Pairs(secrets.flatMap(({ value, placeholder }) => variantsOf(value, placeholder)))
  }

  /** What a request to a host may carry, and what it must not. */
  outwardTo(scheme: 'http' | 'https', host: string): Outward {
    const key = `${scheme}://${host}`
    const known = this.#outward.get(key)
    if (known !== undefined) return known
    const here = this.secrets.filter(({ hosts }) => scheme === 'https' && hosts.some((pattern) => matchesHost(pattern, host)))
    const elsewhere = this.secrets.filter((secret) => !here.includes(secret))
    const outward = new Outward(here, elsewhere)
    if (this.#outward.size > 200) this.#outward.clear()
    this.#outward.set(key, outward)
    return outward
  }
}

type Writing = 'raw' | 'url' | 'json' | 'form'
const written: Readonly<Record<Writing, (text: string) => string>> = {
  raw: (text) => text,
  url: encodeURIComponent,
  json: (text) => JSON.stringify(text).slice(1, -1),
  form: (text) => new URLSearchParams({ a: text }).toString().slice(2),
}

/** Placeholders and values on their way to one host. */
export class Outward {
  readonly own: readonly TenantSecret[]
  /** Placeholder → value, as the place where it stands takes it. */
  readonly swaps: Readonly<Record<Writing, Pairs>>
  /** Placeholders and values of secrets that have no business there. */
  readonly strangers: Pairs | null

  constructor(own: readonly TenantSecret[], elsewhere: readonly TenantSecret[]) {
    this.own = own
    const pairs = (write: (text: string) => string) =>
      new Pairs(
        own.flatMap(({ value, placeholder }): Pair[] => [
          // As text where it stands open; the other writings, base64 above all, as they are.
          { from: placeholder, to: Buffer.from(write(value), 'utf8').toString('latin1') },
          ...variantsOf(placeholder, value).filter(({ from }) => from !== placeholder),
        ]),
      )
    this.swaps = { raw: pairs(written.raw), url: pairs(written.url), json: pairs(written.json), form: pairs(written.form) }
    this.strangers = elsewhere.length === 0 ? null : new Pairs(elsewhere.flatMap(({ value, placeholder }) => [...variantsOf(placeholder, ''), ...variantsOf(value, '')]))
  }
}

/** Tenants by workspace; at most two seconds old. @throws where the database is away, or there is no such workspace. */
export class Tenants {
  readonly #database: Database
  readonly #key: Buffer
  readonly #remembered = new Map<string, { readonly at: number; readonly tenant: Promise<Tenant | null> }>()

  constructor(database: Database, key: Buffer) {
    this.#database = database
    this.#key = key
  }

  /** `null` for a workspace that is not there. */
  of(workspaceId: string): Promise<Tenant | null> {
    const known = this.#remembered.get(workspaceId)
    if (known !== undefined && Date.now() - known.at < freshMs) return known.tenant
    const tenant = this.#read(workspaceId)
    if (this.#remembered.size >= rememberedLimit) this.#remembered.clear()
    this.#remembered.set(workspaceId, { at: Date.now(), tenant })
    tenant.catch(() => this.#remembered.delete(workspaceId))
    return tenant
  }

  async #read(workspaceId: string): Promise<Tenant | null> {
    const workspace = await this.#database.selectFrom('Workspace').select(['ownerId', 'teamId']).where('id', '=', workspaceId).executeTakeFirst()
    if (workspace === undefined) return null
    const query = this.#database.selectFrom('Secret').select(['id', 'name', 'sealed', 'placeholder', 'hosts'])
    const rules = this.#database.selectFrom('EgressPolicy').select(['fallback', 'allow', 'deny'])
    const [rows, own] = await Promise.all([
      (workspace.teamId === null ? query.where('ownerId', '=', workspace.ownerId) : query.where('teamId', '=', workspace.teamId)).execute(),
      (workspace.teamId === null ? rules.where('ownerId', '=', workspace.ownerId) : rules.where('teamId', '=', workspace.teamId)).executeTakeFirst(),
    ])
    const policy = new EgressPolicy(own?.fallback ?? 'open', writtenOut(own?.allow ?? []), writtenOut(own?.deny ?? []))
    return new Tenant(
      rows.map((row) => {
        const value = open(this.#key, row.sealed, row.id)
        // Without its value it cannot be kept from coming back either.
        if (value === null) throw new Error(`The secret ${row.name} cannot be opened with ARC_SECRETS_KEY.`)
        return { name: row.name, value, placeholder: row.placeholder, hosts: row.hosts }
      }),
      policy,
    )
  }
}
