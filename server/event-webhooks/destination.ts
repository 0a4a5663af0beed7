import type { LookupAddress } from 'node:dns'
import { AddressGuard, AddressRefused } from '@arcx/service-kit/address-guard'
import type { Resolve } from '@arcx/service-kit/address-guard'

/** Where a webhook may not be sent. Its message is for whoever gave the address. */
export class DestinationRefused extends Error {
  override readonly name = 'DestinationRefused'
}

/** Where to connect, decided once: the name is not resolved again. */
export interface Destination {
  readonly url: URL
  readonly addresses: readonly LookupAddress[]
}

export interface DestinationSettings {
  /** Networks of the operator's own: private, and reached without TLS, too. */
  readonly exempt: readonly string[]
  readonly resolve?: Resolve
}

const permitted = 'Whoever runs this server can permit it by ARC_EVENT_WEBHOOK_EXEMPT.'

/** Decides to which addresses webhooks go: public ones by https, and those of the operator's own networks. */
export class Destinations {
  readonly #guard: AddressGuard
  readonly #hasExempt: boolean

  constructor({ exempt, resolve }: DestinationSettings) {
    this.#hasExempt = exempt.length > 0
    this.#guard = new AddressGuard({
      exempt,
      ...(resolve === undefined ? {} : { resolve }),
      // Not which one: that would tell people what this server's resolver knows of its network.
      refusal: ({ host }) => `${host} leads to a private address, where no webhooks are sent. ${permitted}`,
    })
  }

  /** @throws {DestinationRefused} */
  parse(text: string): URL {
    const url = URL.parse(text)
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
      throw new DestinationRefused('An address begins with https://, such as https://example.com/hooks/arcx.')
    if (url.username !== '' || url.password !== '')
      throw new DestinationRefused(
        'An address holds no user name or password. The signature shows where a webhook comes from.',
      )
    if (url.hash !== '') throw new DestinationRefused('Leave out what stands after #: it is never sent.')
    if (url.protocol === 'http:' && !this.#hasExempt)
      throw new DestinationRefused('Webhooks are sent by https:// alone, so that nobody reads or changes them.')
    return url
  }

  /** Resolves its host once, and judges every address. @throws {DestinationRefused}, and where there is no such host. */
  async resolve(text: string): Promise<Destination> {
    const url = this.parse(text)
    const addresses = await this.#judged(url.hostname.replace(/^\[(.*)\]$/, '$1'))
    if (url.protocol === 'http:' && !addresses.every(({ address }) => this.#guard.isExempt(address)))
      throw new DestinationRefused(`Webhooks are sent to ${url.hostname} by https:// alone. ${permitted}`)
    return { url, addresses }
  }

  async #judged(host: string): Promise<readonly LookupAddress[]> {
    try {
      return await this.#guard.judged(host)
    } catch (error) {
      if (error instanceof AddressRefused) throw new DestinationRefused(error.message)
      throw error
    }
  }
}
