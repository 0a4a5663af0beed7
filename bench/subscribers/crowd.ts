import { once } from 'node:events'
import { WebSocket } from 'ws'

export interface Windows {
  readonly url: string
  readonly origin: string
  /** The `Cookie` header of each. */
  readonly cookies: readonly string[]
  /** What each asks for once it is open. */
  readonly asks: readonly string[]
  /** How many answers tell that it is in. */
  readonly answers: number
}

/** Opens windows, and says “in” when each has what it asked for; to a number, “seen” once each has got as many messages besides; ends when it is told “end”. */
const [{ url, origin, cookies, asks, answers }] = (await Promise.race([
  once(process, 'message'),
  new Promise<never>((_, reject) => process.once('disconnect', reject)),
])) as [Windows]
const got = new Map<WebSocket, number>()
const data = Buffer.from('"type":"data"')
let look: () => void = () => undefined

async function open(cookie: string): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false, headers: { cookie, origin } })
  got.set(socket, 0)
  socket.on('message', (message: Buffer) => {
    if (message.equals(Buffer.from('PING'))) return socket.send('PONG')
    if (!message.includes(data)) return
    got.set(socket, (got.get(socket) ?? 0) + 1)
    look()
  })
  await once(socket, 'open')
  for (const ask of asks) socket.send(ask)
}

const untilEach = (wanted: number) =>
  new Promise<void>((resolve) => {
    look = () => {
      for (const count of got.values()) if (count < wanted) return
      look = () => undefined
      resolve()
    }
    look()
  })

for (let at = 0; at < cookies.length; at += 50) await Promise.all(cookies.slice(at, at + 50).map(open))
await untilEach(answers)
process.send?.('in')
process.on('message', async (message: number | 'end') => {
  if (message === 'end') process.exit(0)
  await untilEach(answers + message)
  process.send?.('seen')
})
