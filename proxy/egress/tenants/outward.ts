import { createHash } from 'node:crypto'
import type { SecretPlace } from '@arcx/router'
import type { Prepared } from './prepared.ts'
import { Pairs } from '../../replace/pairs.ts'
import { variantsOf } from '../../replace/variants.ts'
import type { Pair } from '../../replace/variants.ts'

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
export type RequestPart = Exclude<SecretPlace, 'aws'>

const written: Readonly<Record<Writing, (text: string) => string>> = {
  raw: (text) => text,
  url: encodeURIComponent,
  json: (text) => JSON.stringify(text).slice(1, -1),
  form: (text) => new URLSearchParams({ a: text }).toString().slice(2),
}

const nothing = new Pairs([])
const mayStand = ({ places }: TenantSecret, place: SecretPlace) => places.length === 0 || places.includes(place)

/** What pairs of these secrets are kept by: their contents, so that no two lists share one by mistake. */
export function contentsOf(use: string, secrets: readonly TenantSecret[]): string {
  const contents = JSON.stringify([use, ...secrets.map(({ name, value, placeholder }) => [name, value, placeholder])])
  return createHash('sha256').update(contents).digest('base64')
}

/** Placeholders and values on their way to one host. */
export class Outward {
  /** Those that may go there. */
  readonly own: readonly TenantSecret[]
  readonly #elsewhere: readonly TenantSecret[]
  readonly #prepared: Prepared
  /** By place and writing: the secrets that are meant, and what pairs of them are kept by. */
  readonly #meant = new Map<string, { readonly secrets: readonly TenantSecret[]; readonly contents: string }>()

  constructor(own: readonly TenantSecret[], elsewhere: readonly TenantSecret[], prepared: Prepared) {
    this.own = own
    this.#elsewhere = elsewhere
    this.#prepared = prepared
  }

  /** Placeholder → value, as the place where it stands takes it. */
  swaps(place: RequestPart, writing: Writing): Pairs {
    const { secrets, contents } = this.#meantBy(`${place} ${writing}`, `swap ${writing}`, () =>
      this.own.filter((secret) => mayStand(secret, place)),
    )
    if (secrets.length === 0) return nothing
    const write = written[writing]
    return this.#prepared.of(
      contents,
      () =>
        new Pairs(
          secrets.flatMap(({ name, value, placeholder }): Pair[] => {
            const plain = Buffer.from(value, 'utf8').toString('latin1')
            return [
              // As text where it stands open; the other writings, base64 above all, as they are.
              {
                from: placeholder,
                to: Buffer.from(write(value), 'utf8').toString('latin1'),
                plain,
                owner: name,
                escapes: true,
              },
              ...variantsOf(placeholder, value, name, 'put').filter(({ from }) => from !== placeholder),
            ]
          }),
        ),
    )
  }

  /** Placeholders and values of secrets that have no business there; `null` where there are none. */
  strangers(place: RequestPart): Pairs | null {
    const { secrets, contents } = this.#meantBy(place, 'stranger', () => [
      ...this.#elsewhere,
      ...this.own.filter((secret) => !mayStand(secret, place)),
    ])
    if (secrets.length === 0) return null
    return this.#prepared.of(
      contents,
      () =>
        new Pairs(
          secrets.flatMap(({ name, value, placeholder }) => [
            ...variantsOf(placeholder, placeholder, name),
            ...variantsOf(value, placeholder, name),
          ]),
        ),
    )
  }

  #meantBy(
    key: string,
    use: string,
    choose: () => readonly TenantSecret[],
  ): { readonly secrets: readonly TenantSecret[]; readonly contents: string } {
    const known = this.#meant.get(key)
    if (known !== undefined) return known
    const secrets = choose()
    const meant = { secrets, contents: contentsOf(use, secrets) }
    this.#meant.set(key, meant)
    return meant
  }

  /** Those that may sign for AWS. */
  get signers(): readonly TenantSecret[] {
    return this.own.filter((secret) => mayStand(secret, 'aws'))
  }
}
