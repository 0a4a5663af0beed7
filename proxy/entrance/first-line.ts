import type { Socket } from 'node:net'
import { guarded } from '@arcx/service-kit/guarded'
import { Refusal, refuseUpgrade } from '../egress/policy/refusal.ts'
import { isInFirstLine } from './request-target.ts'

/**
 * Hands on what a connection begins with, once its first line is whole or too long: at once where it is there, as it
 * nearly always is. What does not come in time, or ends in its midst, is refused.
 */
export function whenFirstLine(
  socket: Socket,
  withinMs: number,
  onFailed: (error: unknown) => void,
  work: (start: Buffer) => void,
): void {
  let start = (socket.read() as Buffer | null) ?? Buffer.alloc(0)
  if (!isInFirstLine(start)) return work(start)
  const stop = () => {
    clearTimeout(timer)
    socket.off('readable', more).off('end', ended).off('close', stop)
  }
  const refused = (status: number, code: string, reason: string) => {
    stop()
    refuseUpgrade(socket, new Refusal(status, code, `This is no well-formed HTTP request: ${reason}.`))
  }
  const timer = setTimeout(() => refused(408, 'request_late', 'its first line did not come within time'), withinMs)
  const ended = () => refused(400, 'request_malformed', 'it ends in its first line')
  const more = guarded(() => {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return
    start = Buffer.concat([start, chunk])
    if (isInFirstLine(start)) return
    stop()
    work(start)
  }, onFailed)
  socket.on('readable', more).on('end', ended).on('close', stop)
}
