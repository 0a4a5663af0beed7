import type { Socket } from 'node:net'
import { guarded } from '@arcx/service-kit/guarded'

/** Goes on once something has come; a connection from which nothing does is ended after `withinMs`. */
export function whenBegun(socket: Socket, withinMs: number, failed: (error: unknown) => void, work: () => void): void {
  const timer = setTimeout(() => socket.destroy(), withinMs)
  socket.once('close', () => clearTimeout(timer))
  const arrived = () => {
    clearTimeout(timer)
    work()
  }
  socket.once(
    'readable',
    guarded(arrived, (error) => {
      failed(error)
      socket.destroy()
    }),
  )
}

/** The first byte, which stays in the socket; null where it has ended. */
export function firstByte(socket: Socket): number | null {
  const first = socket.read(1) as Buffer | null
  if (first === null) return null
  socket.unshift(first)
  return first[0] ?? null
}
