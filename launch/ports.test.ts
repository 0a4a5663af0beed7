import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { freePort, onFreePort } from './ports.ts'

test('a port that is found free is none that the system gives to a connection that goes out', async () => {
  const [lowest = 0, highest = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number)
  const found = await Promise.all(Array.from({ length: 50 }, () => freePort()))
  expect(found.filter((port) => port >= lowest && port <= highest)).toEqual([])
})

test('the wanted port is given where it is free, and another where it is not', async () => {
  const wanted = await freePort()
  expect(await freePort(wanted)).toBe(wanted)
  const server = createServer().listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  expect(await freePort(wanted)).not.toBe(wanted)
  expect(await onFreePort(wanted, async (port) => port)).not.toBe(wanted)
  server.close()
})
