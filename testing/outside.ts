import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { connect, createServer as createRelay } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Authority } from '@arcx/proxy/entrance/authority'

export interface Outside {
  /** Where it listens on 127.0.0.1. */
  readonly port: number
  /** Where it listens on the usual port: an address that no other run has. */
  readonly usual: string
  /** What arc-proxy is to trust it by. */
  readonly caFile: string
}

/** A server outside, over HTTPS, with a certificate for each of its names. */
export async function startOutside(
  directory: string,
  names: readonly string[],
  listener: RequestListener,
): Promise<Outside> {
  const authority = await Authority.open(join(directory, 'authority.pem'))
  const caFile = join(directory, 'ca.pem')
  writeFileSync(caFile, authority.certificatePem)
  const contexts = new Map(
    await Promise.all(names.map(async (name) => [name, await authority.contextFor(name)] as const)),
  )
  const server = createServer({ SNICallback: (name, done) => done(null, contexts.get(name)) }, listener).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const usual = `127.${100 + (process.pid % 100)}.${port >> 8}.${port & 255}`
  const relay = createRelay((socket) => {
    const inner = connect(port, '127.0.0.1')
    socket.pipe(inner).pipe(socket)
    socket.on('error', () => inner.destroy())
    inner.on('error', () => socket.destroy())
  }).listen(443, usual)
  await once(relay, 'listening')
  return { port, usual, caFile }
}

/** Git's own server of its smart protocol, as a web server runs it (RFC 3875). */
export function serveGit(root: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
  const environment = {
    PATH: process.env['PATH'],
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    REMOTE_USER: 'somebody',
    REQUEST_METHOD: request.method,
    PATH_INFO: path,
    QUERY_STRING: query,
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: [request.headers['git-protocol'] ?? []].flat().join(':'),
  }
  const backend = spawn('git', ['http-backend'], { env: environment, stdio: ['pipe', 'pipe', 'inherit'] })
  request.pipe(backend.stdin)
  let head = Buffer.alloc(0)
  backend.stdout.on('data', (chunk: Buffer) => {
    if (response.headersSent) return void response.write(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    const headers = Object.fromEntries(
      head
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => line.split(/: */, 2) as [string, string]),
    )
    const { Status: status = '200', ...rest } = headers
    response.writeHead(Number.parseInt(status, 10), rest)
    response.write(head.subarray(end + 4))
  })
  backend.on('close', () => response.end())
}
