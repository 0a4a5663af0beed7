import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { openTrap } from './trap.ts'
import type { Trap } from './trap.ts'

let trap: Trap
afterEach(() => trap?.close())

test('it notes who comes with its word, by TCP and by UDP, and nobody else', async () => {
  trap = await openTrap('sesame')
  const udp = createSocket('udp4')
  for (const word of ['other', 'sesame']) {
    connect(trap.port, '127.0.0.1').end(word)
    udp.send(word, trap.port, '127.0.0.1')
  }
  await vi.waitFor(() => expect([...trap.caught].toSorted()).toEqual(['TCP from 127.0.0.1', 'UDP from 127.0.0.1']), {
    timeout: 20_000,
  })
  udp.close()
})

test('a port that somebody has by UDP already is left for another', async () => {
  const other = createSocket('udp4')
  await once(other.bind(0, '0.0.0.0'), 'listening')
  const { port } = other.address()
  trap = await openTrap('sesame', port)
  expect(trap.port).not.toBe(port)
  other.close()
})
