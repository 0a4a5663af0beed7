import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

function tryPort(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, host, () => {
      const { port: got } = server.address() as AddressInfo
      server.close(() => resolve(got))
    })
  })
}

export const isFree = async (port: number, host = '127.0.0.1'): Promise<boolean> => (await tryPort(port, host)) !== null

/** The wanted port, or any free one when it is taken: for what only arcx itself connects to. */
export async function freePort(wanted = 0): Promise<number> {
  const port = (await tryPort(wanted, '127.0.0.1')) ?? (await tryPort(0, '127.0.0.1'))
  if (port === null) throw new Error('No port is free on 127.0.0.1.')
  return port
}

const attempts = 3

/** Starts something on the wanted port, or on any free one; where somebody else was quicker to take that, on another. */
export async function onFreePort<T>(wanted: number, start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(wanted)
    try {
      return await start(port)
    } catch (error) {
      if (attempt === attempts || (await isFree(port))) throw error
    }
  }
}
