import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { errors } from '@arcx/router'
import type { WorkspaceId } from '@arcx/router'
import { pskIdentity } from '@arcx/router/supervisor'
import type { Connection } from '../connection.ts'
import type { ContainerRef } from '../port.ts'
import { connectPort } from '../supervisor-client.ts'
import type { SupervisorKeys } from '../supervisor-keys.ts'
import { dialUnix } from './dial.ts'

const dialTimeoutMs = 10_000

/** By the Unix sockets in the directory that a workspace shares with this machine. */
export class SocketConnection implements Connection {
  readonly #socketsOf: (workspaceId: WorkspaceId) => string
  readonly #keyOf: SupervisorKeys
  readonly #timeoutMs: number

  /** `socketsOf`: where a workspace's sockets are. */
  constructor(socketsOf: (workspaceId: WorkspaceId) => string, keyOf: SupervisorKeys, timeoutMs = dialTimeoutMs) {
    this.#socketsOf = socketsOf
    this.#keyOf = keyOf
    this.#timeoutMs = timeoutMs
  }

  dialIde(workspaceId: WorkspaceId): Promise<Socket> {
    return this.#connected(dialUnix(join(this.#socketsOf(workspaceId), 'ide.sock')), 'connect')
  }

  dialSupervisor(container: ContainerRef): Promise<Socket> {
    const key = this.#keyOf(container)
    return this.#connected(
      connect({
        socket: dialUnix(join(this.#socketsOf(container.workspaceId), 'supervisor.sock')),
        ciphers: 'PSK',
        minVersion: 'TLSv1.3',
        pskCallback: () => ({ psk: key, identity: pskIdentity }),
        // There is no certificate: the key is the proof.
        checkServerIdentity: () => undefined,
      }),
      'secureConnect',
    )
  }

  dialPort(container: ContainerRef, port: number): Promise<Duplex> {
    return connectPort(() => this.dialSupervisor(container), port)
  }

  /** A socket's first error is the caller's; whoever reads it later learns of the others by its end. */
  async #connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> {
    socket.on('error', () => undefined)
    try {
      await once(socket, event, { signal: AbortSignal.timeout(this.#timeoutMs) })
      return socket
    } catch (error) {
      socket.destroy()
      throw errors.workspaceNotRunning(error)
    }
  }
}
