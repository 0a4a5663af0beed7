import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import type { Duplex } from 'node:stream'
import { json } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { errors } from '@arcx/router'
import { TcpEnds } from '@arcx/supervisor/tcp-ends'
import { SupervisorReport, pskIdentity } from '@arcx/router/supervisor'
import { dialUnix } from './dial.ts'

const reportTimeoutMs = 5000
const connectTimeoutMs = 10_000

/**
 * Asks a container's supervisor. The TLS handshake proves the key both ways: a container that does not hold it is
 * never believed, and a supervisor answers nobody else.
 */
export class SupervisorClient {
  readonly #agent: PskAgent

  constructor(socketPath: string, key: Buffer) {
    this.#agent = new PskAgent(socketPath, key)
  }

  /** Resolves when the IDE answers. Rejects when the supervisor is not there (yet). */
  async ready(signal: AbortSignal): Promise<void> {
    const response = await this.#get('/ready', signal)
    response.resume()
  }

  async report(after: number): Promise<SupervisorReport> {
    const response = await this.#get(`/report?after=${after}`, AbortSignal.timeout(reportTimeoutMs))
    return SupervisorReport.parse(await json(response))
  }

  /** A connection to a port that a program of the workspace listens on. @throws `port_closed`, `workspace_not_running`. */
  connect(port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      request({
        host: 'supervisor',
        method: 'CONNECT',
        path: `127.0.0.1:${port}`,
        // A connection of its own: what is joined does not come back.
        agent: this.#agent.alike(),
        signal: AbortSignal.timeout(connectTimeoutMs),
      })
        .on('connect', (response, socket: Duplex, head) => {
          if (response.statusCode !== 200) {
            socket.on('error', () => undefined).destroy()
            return reject(errors.portClosed(port))
          }
          if (head.length > 0) socket.unshift(head)
          resolve(new TcpEnds(socket))
        })
        .on('error', () => reject(errors.workspaceNotRunning()))
        .end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  #get(path: string, signal: AbortSignal) {
    return new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: 'supervisor', path, signal, agent: this.#agent }, (response) => {
        if (response.statusCode === 200 || response.statusCode === 204) return resolve(response)
        response.resume()
        reject(new Error(`The supervisor answered ${response.statusCode}.`))
      })
        .on('error', reject)
        .end()
    })
  }
}

class PskAgent extends Agent {
  readonly #socketPath: string
  readonly #key: Buffer

  constructor(socketPath: string, key: Buffer) {
    super({ keepAlive: true, maxSockets: 2 })
    this.#socketPath = socketPath
    this.#key = key
  }

  alike(): Agent {
    return new PskAgent(this.#socketPath, this.#key)
  }

  override createConnection(): Duplex {
    return connect({
      socket: dialUnix(this.#socketPath),
      ciphers: 'PSK',
      minVersion: 'TLSv1.3',
      pskCallback: () => ({ psk: this.#key, identity: pskIdentity }),
      // There is no certificate: the key is the proof.
      checkServerIdentity: () => undefined,
    })
  }
}
