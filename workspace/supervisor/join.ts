import type { Socket } from 'node:net'

/**
 * Joins a TCP connection with one to a Unix socket; both are made with `allowHalfOpen`. Each side's end of sending is
 * carried as such, with all that came before it. A Unix socket knows no reset: one by TCP closes it, and where it goes
 * before its end, TCP is reset.
 */
export function join(tcp: Socket, unix: Socket): void {
  tcp.pipe(unix)
  unix.pipe(tcp)
  // They close, which is heard.
  tcp.on('error', () => undefined)
  unix.on('error', () => undefined)
  tcp.on('close', () => {
    if (broke(tcp)) unix.destroy()
  })
  unix.on('close', () => {
    if (broke(unix)) tcp.resetAndDestroy()
  })
}

const broke = (socket: Socket) => socket.errored !== null || !socket.readableEnded || !socket.writableFinished
