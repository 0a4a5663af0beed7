import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastActivity } from './activity.ts'
import { readOrders } from './orders.ts'
import { readResources } from './resources.ts'
import { connectionsTo, listeningPorts } from './sockets.ts'
import { Traffic } from './traffic.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'arcx-supervisor-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const put = (name: string, text: string) => {
  const path = join(directory, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

describe('activity', () => {
  const at = (path: string, seconds: number) => utimesSync(join(directory, path), seconds, seconds)

  test('is the latest of the terminals and the editor’s mark', () => {
    for (const name of ['pts/0', 'pts/1', 'pts/ptmx', 'mark']) put(name, '')
    at('pts/0', 1000)
    at('pts/1', 3000)
    // Opened by the IDE and not by anybody who types.
    at('pts/ptmx', 9000)
    at('mark', 2000)
    expect(lastActivity(join(directory, 'pts'), join(directory, 'mark'))).toBe(3_000_000)
    at('mark', 4000)
    expect(lastActivity(join(directory, 'pts'), join(directory, 'mark'))).toBe(4_000_000)
  })

  test('a workspace cannot set its clock ahead to stay awake', () => {
    at('mark', Date.now() / 1000 + 1_000_000)
    expect(lastActivity(join(directory, 'pts'), join(directory, 'mark'))).toBeLessThanOrEqual(Date.now())
  })

  test('where nothing was ever opened there is none', () =>
    expect(lastActivity(join(directory, 'no'), join(directory, 'nothing'))).toBe(0))
})

describe('ports', () => {
  test('are those that somebody listens on, the engine’s resolver and the supervisor’s own left out', () => {
    put(
      'net/tcp',
      `  sl  local_address rem_address   st
   0: 00000000:1F90 00000000:0000 0A 0
   1: 0B00007F:A5C5 00000000:0000 0A 0
   2: 0100007F:0016 0100007F:D431 01 0
   3: 0100007F:0C38 00000000:0000 0A 0
   4: 0100027F:01BB 00000000:0000 0A 0
   5: 3500007F:0035 00000000:0000 0A 0
`,
    )
    put(
      'net/tcp6',
      `  sl  local_address rem_address   st
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 0
`,
    )
    expect(listeningPorts(join(directory, 'net'))).toEqual([3000, 8080])
  })

  test('connections to a socket are counted, its listener is not', () => {
    put(
      'net/unix',
      `Num       RefCount Protocol Flags    Type St Inode Path
0: 00000002 00000000 00010000 0001 01 1 /run/arcx/ide.sock
0: 00000003 00000000 00000000 0001 03 2 /run/arcx/ide.sock
0: 00000003 00000000 00000000 0001 03 3 /run/other.sock
`,
    )
    expect(connectionsTo('/run/arcx/ide.sock', join(directory, 'net'))).toBe(1)
  })
})

describe('resources', () => {
  test('are read from cgroup version 2', () => {
    put('v2/cpu.stat', 'usage_usec 2500000\nuser_usec 1\n')
    put('v2/cpu.max', '150000 100000\n')
    put('v2/memory.current', '3000\n')
    put('v2/memory.stat', 'anon 1\ninactive_file 1000\n')
    put('v2/memory.max', '8000\n')
    expect(readResources(join(directory, 'v2'))).toEqual({
      cpuSeconds: 2.5,
      cpuLimitCores: 1.5,
      memoryBytes: 2000,
      memoryLimitBytes: 8000,
    })
  })

  test('and from version 1', () => {
    put('v1/cpuacct/cpuacct.usage', '2500000000\n')
    put('v1/cpu/cpu.cfs_quota_us', '200000\n')
    put('v1/cpu/cpu.cfs_period_us', '100000\n')
    put('v1/memory/memory.usage_in_bytes', '3000\n')
    put('v1/memory/memory.stat', 'total_inactive_file 500\n')
    put('v1/memory/memory.limit_in_bytes', '8000\n')
    expect(readResources(join(directory, 'v1'))).toEqual({
      cpuSeconds: 2.5,
      cpuLimitCores: 2,
      memoryBytes: 2500,
      memoryLimitBytes: 8000,
    })
  })
})

describe('traffic', () => {
  test('is what went through the proxy and over each network but loopback', () => {
    put(
      'dev',
      `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  900       9    0    0    0     0          0         0      900       9    0    0    0     0       0          0
  eth0: 1000      10    0    0    0     0          0         0       50       5    0    0    0     0       0          0
`,
    )
    const traffic = new Traffic(join(directory, 'dev'))
    traffic.sent(3)
    traffic.received(20)
    expect(traffic.total()).toEqual({ sent: 53, received: 1020 })
    expect(new Traffic(join(directory, 'missing')).total()).toEqual({ sent: 0, received: 0 })
  })
})

describe('orders', () => {
  const key = Buffer.alloc(32, 1).toString('base64')

  test('are read to the end of input', async () => {
    const orders = { key, workspaceName: 'a', sockets: '/run/arcx', tcpPort: null }
    expect(
      await readOrders(Readable.from([JSON.stringify(orders).slice(0, 10), JSON.stringify(orders).slice(10)]), 1000),
    ).toEqual(orders)
  })

  test('without a whole key are refused', async () => {
    await expect(readOrders(Readable.from(['{"key":"c2hvcnQ="}']), 1000)).rejects.toThrow('no key')
  })

  test('that never come end the wait', async () => {
    await expect(readOrders(new Readable({ read() {} }), 20)).rejects.toThrow('No orders came')
  })
})
