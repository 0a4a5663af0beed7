import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** Joins the asker with a port of the workspace's own loopback address (CONNECT: RFC 9110, section 9.3.6); no other host. */
export function openPort(request: IncomingMessage, client: Duplex, head: Buffer): void {
  client.on('error', () => client.destroy())
  const [, port = ''] = /^127\.0\.0\.1:(\d{1,5})$/.exec(request.url ?? '') ?? []
  if (Number(port) < 1 || Number(port) > 65_535) return void client.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  // Programs listen on either of its addresses.
  const program = connect({ host: 'localhost', port: Number(port), autoSelectFamily: true, allowHalfOpen: true })
  let joined = false
  program.on('connect', () => {
    joined = true
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) program.write(head)
    client.pipe(program)
    program.pipe(client)
  })
  program.on('error', () => {
    if (joined) client.destroy()
    else client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  client.on('close', () => program.destroy())
}
