import { once } from 'node:events'
import { WebSocket } from 'ws'
import { lastWord, now, speeches, toldAt } from './protocol.ts'
import type { Kind } from './protocol.ts'

export interface CrowdWork {
  readonly kind: Kind
  readonly urls: readonly string[]
  readonly seconds: number
  /** Yjs updates to be sent one after the other; null where cursors are. */
  readonly updates: readonly Uint8Array[] | null
  /** Whether to stay in and do nothing until one is told to end. */
  readonly onlyStay: boolean
}

export interface CrowdSeen {
  readonly perSecond: number
  readonly p99Ms: number
}

const ahead = 4
const pacedPerSecond = 20
const pacedSeconds = 3
const sampleEvery = 20

/** Many clients of one server in a process of their own, the first of which speaks. */
const [work] = (await Promise.race([
  once(process, 'message'),
  new Promise<never>((_, reject) => process.once('disconnect', reject)),
])) as [CrowdWork]
const speech = speeches[work.kind]
let seen = 0
let ended = 0
let sampling: number[] | null = null
const speaker = { socket: null as WebSocket | null }
let onSeen: () => void = () => undefined

async function enter(url: string, index: number): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const isIn = Promise.withResolvers<void>()
  socket.on('error', isIn.reject)
  socket.on('message', (data: Buffer) => {
    if (work.kind === 'Socket.IO' && data[0] === 0x32 && data.length === 1) return socket.send('3')
    if (speech.isIn(data)) isIn.resolve()
    if (index === 0) return
    if (!(work.updates === null ? speech.isCursor(data) : speech.isUpdate(data))) return
    seen += 1
    // Several updates may come as one.
    if (work.updates !== null && data.includes(lastWord)) ended += 1
    if (sampling !== null && index % sampleEvery === 1) sampling.push(now() - toldAt(data))
    onSeen()
  })
  await once(socket, 'open')
  for (const said of speech.enter()) socket.send(said)
  await isIn.promise
  return socket
}

const sockets: WebSocket[] = []
for (let at = 0; at < work.urls.length; at += 50)
  sockets.push(...(await Promise.all(work.urls.slice(at, at + 50).map((url, index) => enter(url, at + index)))))
speaker.socket = sockets[0] ?? null
const listeners = sockets.length - 1
if (work.onlyStay) {
  process.send?.('in')
  await once(process, 'message')
} else process.send?.(work.updates === null ? await cursors() : await updates(work.updates))
process.exit(0)

async function cursors(): Promise<CrowdSeen> {
  let clock = 0
  const tell = () => speaker.socket?.send(speech.cursor(1234, (clock += 1)))
  // As fast as all of them get it.
  const flow = async (seconds: number) => {
    const [begun, before, first] = [performance.now(), seen, clock]
    let end: () => void = () => undefined
    const over = new Promise<void>((resolve) => (end = resolve))
    onSeen = () => {
      if (performance.now() - begun > seconds * 1000) return end()
      if (seen - before > (clock - first - ahead) * listeners) tell()
    }
    for (let index = 0; index < ahead; index += 1) tell()
    await over
    onSeen = () => undefined
    return (seen - before) / ((performance.now() - begun) / 1000)
  }
  await flow(0.5)
  const perSecond = await flow(work.seconds)
  await pause(300)
  sampling = []
  for (let index = 0; index < pacedPerSecond * pacedSeconds; index += 1) {
    tell()
    await pause(1000 / pacedPerSecond)
  }
  await pause(300)
  const sorted = sampling.toSorted((a, b) => a - b)
  return { perSecond, p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN }
}

async function updates(all: readonly Uint8Array[]): Promise<CrowdSeen> {
  const messages = all.map((update) => speech.update(Uint8Array.from(Object.values(update))))
  const done = new Promise<void>((resolve) => (onSeen = () => ended >= listeners && resolve()))
  const begun = performance.now()
  for (const message of messages) speaker.socket?.send(message)
  await done
  return { perSecond: messages.length / ((performance.now() - begun) / 1000), p99Ms: Number.NaN }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
