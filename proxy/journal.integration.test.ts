import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ProxyRig, codeOf } from '@arcx/testing/proxy'

/** Between arc-proxy and the bus: what the bus answers can be held back. */
class BusRelay {
  /** What arc-proxy has sent, and what the bus has answered while that was held. */
  sent = ''
  held = ''
  isHolding = false
  readonly #server: Server
  readonly #releases: (() => void)[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  static async to(url: string): Promise<BusRelay> {
    const { hostname, port } = new URL(url)
    const server = createServer((client) => relay.#join(client, connect(Number(port), hostname)))
    const relay = new BusRelay(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return relay
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  release(): void {
    this.isHolding = false
    for (const release of this.#releases.splice(0)) release()
  }

  close(): void {
    this.#server.close()
  }

  #join(client: Socket, bus: Socket): void {
    client.on('error', () => bus.destroy()).on('close', () => bus.destroy())
    bus.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('data', (chunk: Buffer) => {
      this.sent += chunk.toString()
      bus.write(chunk)
    })
    bus.on('data', (chunk: Buffer) => {
      if (!this.isHolding) return void client.write(chunk)
      this.held += chunk.toString()
      this.#releases.push(() => void client.write(chunk))
    })
  }
}

let rig: ProxyRig
let relay: BusRelay
beforeAll(async () => {
  rig = await ProxyRig.start([])
  relay = await BusRelay.to(rig.bus.url)
  const url = new URL(rig.bus.url)
  url.port = String(relay.port)
  await rig.killProxy()
  await rig.startProxy({ NATS_URL: url.href })
})
afterAll(async () => {
  relay?.close()
  await rig?.close()
})

/** Calls that need no record before they are answered: by then, what arc-proxy sent earlier has arrived. */
async function afterAWhile(): Promise<void> {
  for (let count = 0; count < 20; count += 1) expect(codeOf(await rig.send('http://denied.test/'))).toBe('host_refused')
}

test('a call goes out, and is answered, only once the bus has said that its record is stored', async () => {
  rig.arrived = []
  relay.isHolding = true
  let answered = false
  const call = rig.send(`http://api.test:${rig.plainPort}/held-back`)
  void call.then(() => (answered = true))
  await vi.waitFor(() => expect(relay.sent).toContain('/held-back'), { timeout: 5000 })
  await vi.waitFor(() => expect(relay.held).toContain('"stream":"ARCX_EGRESS"'), { timeout: 5000 })
  await afterAWhile()
  expect(rig.arrived).toEqual([])
  expect(answered).toBe(false)
  relay.release()
  expect((await call).status).toBe(200)
  expect(rig.arrived.map(({ url }) => url)).toEqual(['/held-back'])
})

test('a call whose target has it when arc-proxy is killed is in the record', async () => {
  const outcomes = async (path: string) =>
    (await rig.prisma.egressRecord.findMany({ where: { path }, select: { outcome: true } })).map(
      ({ outcome }) => outcome,
    )
  for (const round of ['/killed-1', '/killed-2', '/killed-3']) {
    const killed = Promise.withResolvers<void>()
    rig.answer = () => void rig.killProxy().then(killed.resolve)
    rig.send(`http://api.test:${rig.plainPort}${round}`).catch(() => undefined)
    await killed.promise
    await rig.startProxy()
    expect(await outcomes(round)).toEqual(['interrupted'])
  }
})
