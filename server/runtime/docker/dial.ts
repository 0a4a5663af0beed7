import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { Socket, connect } from 'node:net'

/** open(2): a handle on the name itself, whatever it is. Not among Node's constants. */
const O_PATH = 0o10000000

/**
 * Connects to a Unix socket in a directory that a workspace can write to. A link planted there is not followed: else
 * it could lead to the engine's own socket. By the handle, what was checked is what is dialled, and a long path fits.
 */
export function dialUnix(path: string): Socket {
  let handle: number
  try {
    handle = openSync(path, O_PATH | constants.O_NOFOLLOW)
  } catch (error) {
    return failed(error)
  }
  try {
    if (!fstatSync(handle).isSocket()) throw new Error('What is there is not a socket.')
    // The address is resolved within this call, so the handle need not outlive it.
    return connect({ path: `/proc/self/fd/${handle}` })
  } catch (error) {
    return failed(error)
  } finally {
    closeSync(handle)
  }
}

function failed(error: unknown): Socket {
  const socket = new Socket()
  process.nextTick(() => socket.destroy(error instanceof Error ? error : new Error(String(error))))
  return socket
}
