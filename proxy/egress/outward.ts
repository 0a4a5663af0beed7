import type { SecretPlace } from '@arcx/router'
import { Pairs } from '../replace/pairs.ts'
import { variantsOf } from '../replace/variants.ts'
import type { Pair } from '../replace/variants.ts'

export interface TenantSecret {
  readonly name: string
  readonly value: string
  readonly placeholder: string
  readonly hosts: readonly string[]
  /** None for anywhere. */
  readonly places: readonly SecretPlace[]
}

export type Writing = 'raw' | 'url' | 'json' | 'form'
/** Where in a request a text stands. */
export type Place = Exclude<SecretPlace, 'aws'>

const written: Readonly<Record<Writing, (text: string) => string>> = {
  raw: (text) => text,
  url: encodeURIComponent,
  json: (text) => JSON.stringify(text).slice(1, -1),
  form: (text) => new URLSearchParams({ a: text }).toString().slice(2),
}

const nothing = new Pairs([])
const mayStand = ({ places }: TenantSecret, place: SecretPlace) => places.length === 0 || places.includes(place)

/** Placeholders and values on their way to one host. */
export class Outward {
  /** Those that may go there. */
  readonly own: readonly TenantSecret[]
  readonly #elsewhere: readonly TenantSecret[]
  readonly #swaps = new Map<string, Pairs>()
  readonly #strangers = new Map<Place, Pairs | null>()

  constructor(own: readonly TenantSecret[], elsewhere: readonly TenantSecret[]) {
    this.own = own
    this.#elsewhere = elsewhere
  }

  /** Placeholder → value, as the place where it stands takes it. */
  swaps(place: Place, writing: Writing): Pairs {
    const key = `${place} ${writing}`
    const known = this.#swaps.get(key)
    if (known !== undefined) return known
    const write = written[writing]
    const here = this.own.filter((secret) => mayStand(secret, place))
    if (here.length === 0) return nothing
    const pairs = new Pairs(
      here.flatMap(({ name, value, placeholder }): Pair[] => {
        const plain = Buffer.from(value, 'utf8').toString('latin1')
        return [
          // As text where it stands open; the other writings, base64 above all, as they are.
          { from: placeholder, to: Buffer.from(write(value), 'utf8').toString('latin1'), plain, owner: name, escapes: true },
          ...variantsOf(placeholder, value, name, 'put').filter(({ from }) => from !== placeholder),
        ]
      }),
    )
    this.#swaps.set(key, pairs)
    return pairs
  }

  /** Placeholders and values of secrets that have no business there; `null` where there are none. */
  strangers(place: Place): Pairs | null {
    const known = this.#strangers.get(place)
    if (known !== undefined) return known
    const secrets = [...this.#elsewhere, ...this.own.filter((secret) => !mayStand(secret, place))]
    const pairs = secrets.length === 0 ? null : new Pairs(secrets.flatMap(({ name, value, placeholder }) => [...variantsOf(placeholder, placeholder, name), ...variantsOf(value, placeholder, name)]))
    this.#strangers.set(place, pairs)
    return pairs
  }

  /** Those that may sign for AWS. */
  get signers(): readonly TenantSecret[] {
    return this.own.filter((secret) => mayStand(secret, 'aws'))
  }
}
