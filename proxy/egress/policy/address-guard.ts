import { lookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The name leads to an address that no workspace may reach. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

type Resolve = (host: string) => Promise<readonly LookupAddress[]>

/** Only what is reached by the whole Internet alike (IANA's special-purpose registries): not private, loopback, link-local, metadata, multicast, mapped or translated. */
export function isPublic(address: string): boolean {
  try {
    // Mapped addresses are judged by what is in them.
    return ipaddr.process(address).range() === 'unicast'
  } catch {
    return false
  }
}

/** Resolves names, and hands on addresses that were judged: what was judged is what is dialled. */
export class AddressGuard {
  readonly #exempt: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][]
  readonly #resolve: Resolve

  /** `exempt`: networks (CIDR) of the operator's own that workspaces may reach all the same; `names`: fixed ones, before any resolver is asked. */
  constructor(exempt: readonly string[], names: ReadonlyMap<string, string>) {
    this.#exempt = exempt.map((each) => ipaddr.parseCIDR(each))
    this.#resolve = async (host) => {
      const fixed = names.get(host)
      if (fixed !== undefined) return [{ address: fixed, family: isIP(fixed) }]
      return new Promise((resolve, reject) =>
        lookup(host, { all: true, verbatim: true }, (error, found) => (error ? reject(error) : resolve(found))),
      )
    }
  }

  /** For `net.connect`: it is this function's answer that is dialled. */
  readonly lookup: LookupFunction = (host, options, callback) => void this.#answer(host, options.all === true, callback)

  /** @throws {AddressRefused} where any of its addresses is not to be reached: a name that leads to several is not tried until one fits. */
  async judged(host: string): Promise<readonly LookupAddress[]> {
    const found = await this.#resolve(host)
    for (const { address } of found)
      if (!this.#allows(address))
        throw new AddressRefused(
          `${host} leads to a private address (${address}), which no workspace may reach. Whoever runs this server can permit it by adding ${networkOf(address)} to ARC_EGRESS_EXEMPT.`,
        )
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
    if (isPublic(address)) return true
    const parsed = ipaddr.process(address)
    return this.#exempt.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))
  }
}

/** It alone, as ARC_EGRESS_EXEMPT takes it. */
function networkOf(address: string): string {
  const parsed = ipaddr.process(address)
  return `${parsed.toString()}/${parsed.kind() === 'ipv4' ? 32 : 128}`
}
