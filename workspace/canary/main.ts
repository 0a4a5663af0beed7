import { createSocket } from 'node:dgram'
import { promises as dns } from 'node:dns'
import { connect } from 'node:net'

/**
 * Tries, from inside a workspace's confinement, what a hostile workspace would. Arguments: the nonce to send, then
 * `host:port` targets. Prints one line of JSON: which of them answered, and whether an outside name resolved.
 */
const [nonce = '', ...targets] = process.argv.slice(2)
const timeoutMs = 1000

const tcp = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs }, () => {
      socket.end(nonce)
      resolve(true)
    })
    socket.on('error', () => resolve(false))
    socket.on('timeout', () => {
      socket.destroy()
      resolve(false)
    })
  })

/** The listener on the host tells whether it arrived; nothing comes back. */
const udp = (host: string, port: number) =>
  new Promise<void>((resolve) => {
    const socket = createSocket('udp4')
    socket.on('error', () => resolve())
    socket.send(nonce, port, host, () => socket.close(() => resolve()))
  })

const resolves = (name: string) =>
  Promise.race([
    dns.resolve4(name).then(
      (addresses) => addresses.length > 0,
      () => false,
    ),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), timeoutMs)),
  ])

const parsed = targets.map((target) => {
  const cut = target.lastIndexOf(':')
  return { target, host: target.slice(0, cut), port: Number(target.slice(cut + 1)) }
})
const [reached, resolved] = await Promise.all([
  Promise.all(parsed.map(async ({ target, host, port }) => ((await tcp(host, port)) ? target : null))),
  resolves('example.com'),
  Promise.all(parsed.map(({ host, port }) => udp(host, port))),
])
process.stdout.write(`${JSON.stringify({ nonce, reached: reached.filter((target) => target !== null), resolved })}\n`)
process.exit(0)
