import { lookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The name leads to an address that may not be dialled. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/** Of IPv6, all that IANA has given out; elsewhere lie forms that carry an IPv4 address, such as ::7f00:1. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

/** Only what is reached by the whole Internet alike (IANA's special-purpose registries): not private, loopback, link-local, metadata, multicast, mapped or translated. */
export function isPublic(address: string): boolean {
  try {
    // Mapped addresses are judged by what is in them.
    const parsed = ipaddr.process(address)
    return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(globalUnicast))
  } catch {
    return false
  }
}

export interface AddressGuardSettings {
  readonly exempt: readonly string[]
  readonly names?: ReadonlyMap<string, string>
  /** Instead of the system's. */
  readonly resolve?: Resolve
  /** What is said where an address is refused; `network`: it alone, as a setting takes it. */
  refusal(refused: { readonly host: string; readonly address: string; readonly network: string }): string
}

/** Resolves names, and hands on addresses that were judged: what was judged is what is dialled. */
export class AddressGuard {
  readonly #exempt: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]
  readonly #resolve: Resolve
  readonly #refusal: AddressGuardSettings['refusal']

  /** `exempt`: networks of the operator's own that may be reached all the same; `names`: fixed ones, before any resolver is asked. */
  constructor({ exempt, names = new Map(), resolve = bySystem, refusal }: AddressGuardSettings) {
    this.#exempt = exempt.map((each) => parseNetwork(each))
    this.#refusal = refusal
    this.#resolve = async (host) => {
      const fixed = names.get(host)
      if (fixed !== undefined) return [{ address: fixed, family: isIP(fixed) }]
      return resolve(host)
    }
  }

  /** For `net.connect`: it is this function's answer that is dialled. */
  readonly lookup: LookupFunction = (host, options, callback) => void this.#answer(host, options.all === true, callback)

  /** @throws {AddressRefused} where any of its addresses is not to be reached: a name that leads to several is not tried until one fits. */
  async judged(host: string): Promise<readonly LookupAddress[]> {
    const found = await this.#resolve(host)
    for (const { address } of found)
      if (!this.#allows(address))
        throw new AddressRefused(this.#refusal({ host, address, network: networkOf(address) }))
    if (found.length === 0) throw new Error(`${host} has no address.`)
    return found
  }

  async #answer(host: string, all: boolean, callback: Parameters<LookupFunction>[2]): Promise<void> {
    let found: readonly LookupAddress[]
    try {
      found = await this.judged(host)
    } catch (error) {
      return callback(error instanceof Error ? error : new Error(String(error)), '', 0)
    }
    if (all) callback(null, [...found])
    else callback(null, found[0]?.address ?? '', found[0]?.family)
  }

  #allows(address: string): boolean {
    return isPublic(address) || this.isExempt(address)
  }

  /** Whether it is in one of the operator's own networks. */
  isExempt(address: string): boolean {
    const parsed = ipaddr.process(address)
    return this.#exempt.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))
  }
}

const bySystem: Resolve = (host) =>
  new Promise((resolve, reject) =>
    lookup(host, { all: true, verbatim: true }, (error, found) => (error ? reject(error) : resolve(found))),
  )

/** A network, or a single address. */
function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** It alone, as a setting takes it. */
function networkOf(address: string): string {
  const parsed = ipaddr.process(address)
  return `${parsed.toString()}/${parsed.kind() === 'ipv4' ? 32 : 128}`
}
