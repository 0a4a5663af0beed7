import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { json } from 'node:stream/consumers'
import { errors } from '@arcx/router'
import { SupervisorReport } from '@arcx/router/supervisor'
import { DiallingAgent } from '@arcx/service-kit/connections/dialling-agent'
import { TcpEnds } from '@arcx/supervisor/tcp-ends'

const reportTimeoutMs = 5000
const connectTimeoutMs = 10_000

/** Asks a container's supervisor, over connections on which both sides have proven themselves. */
export class SupervisorClient {
  readonly #agent: DiallingAgent

  constructor(dial: () => Promise<Socket>) {
    this.#agent = new DiallingAgent(dial, { maxSockets: 2 })
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

/** A connection to a port that a program of the workspace listens on, by its supervisor. @throws `port_closed`, `workspace_not_running`. */
export function connectPort(dialSupervisor: () => Promise<Socket>, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    request({
      host: 'supervisor',
      method: 'CONNECT',
      path: `127.0.0.1:${port}`,
      // A connection of its own: what is joined does not come back.
      agent: new DiallingAgent(dialSupervisor, { maxSockets: 1 }),
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
      .on('error', (error) => reject(errors.workspaceNotRunning(error)))
      .end()
  })
}
