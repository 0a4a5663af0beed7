import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/**
 * Below the ports that Linux (32768 and up) and macOS (49152 and up) give to connections that go out: one of those can
 * be anybody's between the moment it is found free and the moment it is listened on.
 */
const lowest = 12_000
const highest = 19_999

/** The wanted port, or any free one when it is taken: for what only arcx itself connects to. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await isFree(wanted))) return wanted
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(lowest, highest + 1)
    if (await isFree(port)) return port
  }
  throw new Error(`No port from ${lowest} to ${highest} is free on 127.0.0.1.`)
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
