import { connect, createServer } from 'node:net'

/** Passes TCP connections on to the IDE's socket, for an edge on another host. */
export function openTcpDoor(port: number, socketPath: string): void {
  createServer((outer) => {
    const inner = connect(socketPath)
    outer.pipe(inner).pipe(outer)
    outer.on('error', () => inner.destroy())
    inner.on('error', () => outer.destroy())
  }).listen(port, '0.0.0.0')
}
