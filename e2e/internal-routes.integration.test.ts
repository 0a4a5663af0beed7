import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

/** Every internal route there is; that none is registered in another way stands in service-kit/hostile-input.test.ts. */
type Route = readonly [method: string, path: string]
const orchestrator: readonly Route[] = [
  ['POST', '/internal/collab/rights'],
  ['POST', '/internal/sign-in-link'],
]
const proxy: readonly Route[] = [
  ['PUT', `/internal/workspaces/${randomUUID()}`],
  ['DELETE', `/internal/workspaces/${randomUUID()}`],
]

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator({ ARC_EGRESS: 'proxy' })
})
afterAll(() => arc?.destroy())

/** Ways to write one address, as a router or a proxy between may read them. */
const spellings = (path: string): string[] => [
  path,
  path.replace('/internal', '/%69nternal'),
  path.replace('/internal', '/%49nternal'),
  path.replace('internal', [...'internal'].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')),
  path.replace('/internal/', '//internal/'),
  path.replace('/internal/', '/internal//'),
  path.replace('/internal/', '/internal%2f'),
  path.replace('/internal/', '/internal%2F'),
  path.replace('/internal', '/INTERNAL'),
  path.replace('/internal', '/Internal'),
  path.replace('/internal', '/./internal'),
  path.replace('/internal', '/x/../internal'),
  path.replace('/internal', '/%2e/internal'),
  path.replace('/internal', '/internal/.'),
  path.replace('/internal', '/internal;x=y'),
  `${path}/`,
  `${path}?x`,
  `${path}%3fx`,
  `http://x${path}`,
  `http://x/%69${path.slice(2)}`,
  `\\${path.slice(1)}`,
]

/** As it is written: a client of `node:http` would not send some of these. */
async function statusOf(port: number, method: string, target: string, headers: readonly string[]): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `${method} ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n[]`,
  )
  return Number(/^HTTP\/1.1 (\d+)/.exec(await text(socket))?.[1])
}

describe.each([
  ['orchestrator', orchestrator, () => arc.port, [200]],
  ['arc-proxy', proxy, () => arc.proxyPort, [204, 400]],
] as const)(
  'arcx, %69nternal: at %s no spelling of an internal route leads past its check',
  (_service, routes, port, right) => {
    test.each(routes.flatMap(([method, path]) => spellings(path).map((target) => [method, target] as const)))(
      '%s %s',
      async (method, target) => {
        for (const headers of [
          [],
          ['Authorization: Bearer wrong'],
          [`Authorization: Bearer ${arc.adminToken}`],
          [`Authorization: ${arc.internalToken}`],
          ['Authorization: Bearer '],
          ['X-Forwarded-For: 127.0.0.1', 'X-Original-URL: /healthz'],
        ]) {
          const status = await statusOf(port(), method, target, headers)
          expect([status, [400, 401, 404, 429].includes(status)]).toEqual([status, true])
        }
      },
    )

    test.each([...routes])('%s %s is there for who knows the token', async (method, path) => {
      expect(right).toContain(await statusOf(port(), method, path, [`Authorization: Bearer ${arc.internalToken}`]))
    })
  },
)
