import { connect, createServer } from 'node:net'
import { join } from './join.ts'

/** Passes TCP connections on to the IDE's socket, for an edge on another host. */
export function openTcpDoor(port: number, socketPath: string): void {
  createServer({ allowHalfOpen: true }, (outer) =>
    join(outer, connect({ path: socketPath, allowHalfOpen: true })),
  ).listen(port, '0.0.0.0')
}
