import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

const mostTries = 20

/** One port of all of the host's addresses, by TCP and UDP, that notes who comes with a word. */
export interface Trap {
  readonly port: number
  /** How and from where, in words. */
  readonly caught: ReadonlySet<string>
  close(): void
}

/** `port`: the first that is tried; 0 for any. One that somebody has by UDP already is left for another. */
export async function openTrap(word: string, port = 0): Promise<Trap> {
  const caught = new Set<string>()
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      if (data.toString().includes(word)) caught.add(`TCP from ${socket.remoteAddress}`)
    })
  })
  const onMessage = (data: Buffer, { address }: { readonly address: string }) => {
    if (data.toString().includes(word)) caught.add(`UDP from ${address}`)
  }
  for (let tries = 1; ; tries += 1) {
    await once(tcp.listen(tries === 1 ? port : 0, '0.0.0.0'), 'listening')
    const at = (tcp.address() as AddressInfo).port
    try {
      const udp = await bound(at, onMessage)
      return {
        port: at,
        caught,
        close() {
          tcp.close()
          udp.close()
        },
      }
    } catch (error) {
      await once(tcp.close(), 'close')
      if (tries === mostTries) throw error
    }
  }
}

async function bound(
  port: number,
  onMessage: (data: Buffer, from: { readonly address: string }) => void,
): Promise<Socket> {
  const udp = createSocket('udp4', onMessage)
  try {
    await once(udp.bind(port, '0.0.0.0'), 'listening')
    return udp
  } catch (error) {
    udp.close()
    throw error
  }
}
