import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { TcpEnds } from './tcp-ends.ts'

const attemptTimeoutMs = 10_000

/**
 * Joins the client with a port of the workspace's own loopback address (CONNECT: RFC 9110, section 9.3.6); no other host.
 * Each side's end of sending is carried as such, and a reset as a reset (`TcpEnds`).
 */
export function openPort(request: IncomingMessage, client: Duplex, head: Buffer): void {
  client.on('error', () => client.destroy())
  const [, port = ''] = /^127\.0\.0\.1:(\d{1,5})$/.exec(request.url ?? '') ?? []
  if (Number(port) < 1 || Number(port) > 65_535) return void client.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  // Programs listen on either of its addresses. Where nothing does, that is known at once: only a busy machine is slow.
  const program = connect({
    host: 'localhost',
    port: Number(port),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
    allowHalfOpen: true,
    noDelay: true,
  })
  const refuse = () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  const abandon = () => program.destroy()
  program.on('error', refuse)
  client.on('close', abandon)
  program.on('connect', () => {
    program.off('error', refuse)
    client.off('close', abandon)
    if (client.destroyed) return void program.destroy()
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) client.unshift(head)
    const ends = new TcpEnds(client)
    ends.on('error', () => program.resetAndDestroy())
    program.on('error', (error) => ends.destroy(error))
    ends.pipe(program)
    program.pipe(ends)
  })
}
