import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WorkspaceId } from '@arcx/router'
import type { ContainerRef } from './port.ts'

/**
 * Port: byte streams into a workspace, wherever it runs. What comes out of a workspace is hostile; who answers is certain.
 * All methods resolve once there is a connection, whose later errors are its reader's to hear.
 */
export interface Connection {
  /** To the IDE of the workspace's newest container, which speaks HTTP. @throws `workspace_not_running`. */
  dialIde(workspaceId: WorkspaceId): Promise<Socket>
  /**
   * To the container's supervisor, which speaks HTTP (`SupervisorClient`), once both sides have proven the key of just that
   * container to each other. @throws `workspace_not_running`.
   */
  dialSupervisor(container: ContainerRef): Promise<Socket>
  /**
   * To a port on the container's own loopback address. Each side's end and reset arrive at the other as what they are.
   * @throws `port_closed`, `workspace_not_running`.
   */
  dialPort(container: ContainerRef, port: number): Promise<Duplex>
}
