import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { readiness, serviceDependency } from './health.ts'

test('is ready when everything answers', async () => {
  expect(await readiness([{ name: 'database', check: async () => undefined }])).toEqual({
    ready: true,
    dependencies: { database: 'ok' },
  })
})

test('names what fails or is silent, and waits for neither long', async () => {
  const state = await readiness([
    { name: 'failing', check: () => Promise.reject(new Error('no')) },
    { name: 'silent', check: () => new Promise(() => undefined) },
    { name: 'well', check: async () => undefined },
  ])
  expect(state).toEqual({ ready: false, dependencies: { failing: 'unavailable', silent: 'unavailable', well: 'ok' } })
})

test('what it can do without for a while is told, and does not make it unready', async () => {
  const away = { name: 'away', required: false, check: () => Promise.reject(new Error('no')) }
  const well = { name: 'well', check: async () => undefined }
  expect(await readiness([away, well])).toEqual({ ready: true, dependencies: { away: 'unavailable', well: 'ok' } })
})

test.for([
  ['is well', 200, 'ok'],
  ['answers with an error', 500, 'unavailable'],
  ['does not answer', null, 'unavailable'],
] as const)(
  'a service that %s is asked for its health, also where its address is a WebSocket’s',
  async ([, status, state]) => {
    const server = createServer((request, response) => {
      if (status !== null) response.writeHead(request.url === '/healthz' ? status : 404).end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    for (const scheme of ['http', 'ws'])
      expect(await readiness([serviceDependency('other', `${scheme}://127.0.0.1:${port}`)])).toEqual({
        ready: true,
        dependencies: { other: state },
      })
  },
)
