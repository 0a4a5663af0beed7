import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ProxyRig, echo } from '@arcx/testing/proxy'

const secret = { value: 'sk-live-Aa1+Bb2/Cc3=Dd4Z', placeholder: 'sk-live-000000000000000Z', host: 'api.test' }

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start([secret])
})
afterAll(() => rig?.close())

test('a body of 5 GB goes through in constant memory, and comes out as long as it went in', async () => {
  const piece = randomBytes(1024 * 1024)
  const pieces = 5 * 1024
  rig.answer = (_request, response) => {
    let left = pieces
    const push = () => {
      while (left > 0) {
        left -= 1
        if (!response.write(piece)) return void response.once('drain', push)
      }
      response.end()
    }
    response.writeHead(200)
    push()
  }
  const before = await rig.memory()
  const asked = httpRequest({
    socketPath: rig.socketOf(rig.workspaceId),
    agent: false,
    path: `http://api.test:${rig.plainPort}/`,
  })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let [size, peak, seen] = [0, 0, 0]
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size - seen < 64 * 2 ** 20) continue
    seen = size
    peak = Math.max(peak, await rig.memory())
  }
  expect(size).toBe(pieces * piece.length)
  expect(peak - before).toBeLessThan(150 * 1024 * 1024)
}, 120_000)

test('a program that does not read what it asked for does not grow the proxy’s memory', async () => {
  const piece = randomBytes(1024 * 1024)
  let given = 0
  rig.answer = (_request, response) => {
    const push = () => {
      while (given < 2048) {
        given += 1
        if (!response.write(piece)) return void response.once('drain', push)
      }
      response.end()
    }
    push()
  }
  const before = await rig.memory()
  const asked = httpRequest({
    socketPath: rig.socketOf(rig.workspaceId),
    agent: false,
    path: `http://api.test:${rig.plainPort}/`,
  })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.pause()
  // Once nothing more is taken from the server, everything between is full.
  let last = -1
  await vi.waitFor(
    () => {
      const isStill = given === last
      last = given
      expect(isStill).toBe(true)
    },
    { timeout: 10_000, interval: 500 },
  )
  expect(given).toBeLessThan(200)
  expect((await rig.memory()) - before).toBeLessThan(150 * 1024 * 1024)
  response.destroy()
})

test('a thousand connections at once are served, also those that come while it is busy', async () => {
  let waiting = 0
  const all = Promise.withResolvers<void>()
  rig.answer = (_request, response) => {
    waiting += 1
    if (waiting === 1000) all.resolve()
    void all.promise.then(() => response.end(secret.value))
  }
  const release = rig.hold()
  const sockets = Array.from({ length: 1000 }, () => connect(rig.socketOf(rig.workspaceId)))
  await Promise.all(sockets.map((socket) => once(socket, 'connect'))).finally(release)
  const answers = await Promise.all(
    sockets.map((socket) => rig.send(`http://api.test:${rig.plainPort}/many`, {}, socket)),
  )
  expect(new Set(answers.map(({ body }) => body.toString()))).toEqual(new Set([secret.placeholder]))
}, 60_000)

test('headers, addresses and bodies have bounds, which are told', async () => {
  rig.answer = echo('{}')
  expect((await rig.send(`http://api.test:${rig.plainPort}/${'a'.repeat(17_000)}`)).status).toBe(414)
  expect(
    (await rig.send(`http://api.test:${rig.plainPort}/`, { headers: { 'x-long': 'a'.repeat(70_000) } })).status,
  ).toBe(431)
})
