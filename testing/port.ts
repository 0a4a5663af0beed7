import { randomInt } from 'node:crypto'
import { isFree } from '@arcx/launch/ports'

/** Below those that Linux and macOS give to connections that go out, and above those that the product takes. */
const [lowest, highest] = [20_000, 32_767] as const
/** As many as there may be tests at a time, and one for what all of them share. */
const shares = 8
const size = Math.floor((highest - lowest + 1) / shares)
const given = new Set<number>()

/**
 * A free port that nobody else in the run is given: each worker has a share of its own. A port stays a test's while what
 * listens there has not begun, or is begun again.
 */
export async function testPort(): Promise<number> {
  const share = Number(process.env['VITEST_POOL_ID'] ?? 0) % shares
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = lowest + share * size + randomInt(size)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
  throw new Error(`No port of the share ${share} is free on 127.0.0.1.`)
}
