import { connect, createServer } from 'node:net'
import { join as joinPath } from 'node:path'
import { bundle, javaStore, javaStorePassword, trust } from './certificates.ts'
import { join } from './join.ts'
import { serveNames } from './resolver.ts'
import type { SupervisorOrders } from '@arcx/router/supervisor'
import type { Traffic } from './traffic.ts'

const proxyPort = 3128
/** Where every name leads, and who says so; both on loopback. As the orchestrator's resolv.conf has it. */
const outside = '127.2.0.1'
const resolver = '127.0.0.53'

/**
 * The way out: a port on the workspace's own loopback address that leads to arc-proxy's socket. Returns what programs
 * must know to take it: the proxy, the certificates to trust, and the placeholders of secrets.
 */
export function openEgress(
  { sockets, authority, environment }: Pick<SupervisorOrders, 'sockets' | 'authority' | 'environment'>,
  traffic: Traffic,
): Record<string, string> {
  trust(authority)
  return { ...environment, ...(authority === null ? {} : wayOut(sockets, traffic)) }
}

function wayOut(sockets: string, traffic: Traffic): Record<string, string> {
  const socket = joinPath(sockets, 'proxy.sock')
  const relay = (address: string, port: number) => relayTo(socket, address, port, traffic)
  relay('127.0.0.1', proxyPort)
  // Programs that heed no variables find what they look for all the same.
  relay(outside, 80)
  relay(outside, 443)
  serveNames(resolver, outside)
  const url = `http://127.0.0.1:${proxyPort}`
  const none = 'localhost,127.0.0.1,::1'
  const java = {
    'javax.net.ssl.trustStore': javaStore,
    'javax.net.ssl.trustStorePassword': javaStorePassword,
    'http.proxyHost': '127.0.0.1',
    'http.proxyPort': proxyPort,
    'https.proxyHost': '127.0.0.1',
    'https.proxyPort': proxyPort,
  }
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    http_proxy: url,
    https_proxy: url,
    NO_PROXY: none,
    no_proxy: none,
    NODE_USE_ENV_PROXY: '1',
    NODE_EXTRA_CA_CERTS: bundle,
    SSL_CERT_FILE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    CURL_CA_BUNDLE: bundle,
    GIT_SSL_CAINFO: bundle,
    PIP_CERT: bundle,
    CARGO_HTTP_CAINFO: bundle,
    AWS_CA_BUNDLE: bundle,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: bundle,
    DENO_TLS_CA_STORE: 'system',
    JAVA_TOOL_OPTIONS: Object.entries(java)
      .map(([name, value]) => `-D${name}=${value}`)
      .join(' '),
  }
}

function relayTo(socket: string, address: string, port: number, traffic: Traffic): void {
  createServer({ allowHalfOpen: true }, (program) => {
    const proxy = connect({ path: socket, allowHalfOpen: true })
    join(program, proxy)
    program.on('data', (bytes: Buffer) => traffic.sent(bytes.length))
    proxy.on('data', (bytes: Buffer) => traffic.received(bytes.length))
  })
    .on('error', (error) => process.stderr.write(`Port ${port} of ${address} leads nowhere: ${error.message}\n`))
    .listen(port, address)
}
