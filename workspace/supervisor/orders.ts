import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import type { SupervisorOrders } from '@arcx/router/supervisor'

/** Reads the orders and waits for the end of input. @throws when none come within `timeoutMs`. */
export async function readOrders(input: Readable, timeoutMs: number): Promise<SupervisorOrders> {
  const timer = setTimeout(() => input.destroy(new Error('No orders came.')), timeoutMs)
  try {
    const orders: SupervisorOrders = JSON.parse(await text(input))
    if (Buffer.from(orders.key, 'base64').length !== 32) throw new Error('The orders hold no key.')
    return orders
  } finally {
    clearTimeout(timer)
  }
}
