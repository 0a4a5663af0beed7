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
