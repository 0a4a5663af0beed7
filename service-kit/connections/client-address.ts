import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Reverse proxies whose word on where a request came from is taken, by address or network (`10.0.0.0/8`). */
export class TrustedProxies {
  readonly #list = new BlockList()

  /** @throws for what is neither. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', bits] = network.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (bits === undefined) this.#list.addAddress(address, family)
      else this.#list.addSubnet(address, Number(bits), family)
    }
  }

  has(address: string): boolean {
    const family = isIP(address)
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }

  /** Where a request came from: the last address on its way that is not one of them. */
  clientOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    let address = plain(socket.remoteAddress ?? '')
    const said = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((each) => each.trim())
    while (this.has(address)) {
      const before = said.pop()
      if (before === undefined || isIP(before) === 0) break
      address = plain(before)
    }
    return address
  }
}

/** What is counted together: an IPv4 address, and of IPv6 the /64 that a customer is given (RFC 6177). */
export function addressKey(address: string): string {
  const own = plain(address)
  if (isIP(own) !== 6) return own
  const [head = '', tail] = own.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return `${[...before, ...gap, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** As IPv4 where it is that in the other's clothes. */
const plain = (address: string) => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address

export const isLoopback = (address: string): boolean => /^(127\.|::1$)/.test(plain(address))
