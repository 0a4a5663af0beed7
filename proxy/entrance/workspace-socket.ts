import { constants } from 'node:fs'
import { chmod, open, rm } from 'node:fs/promises'
import type { Server } from 'node:net'

/** Of connections that wait to be taken: whoever comes beyond that to such a socket is refused, and not asked to try again as over TCP (unix(7), EAGAIN). */
const backlog = 4096

/**
 * A workspace can write to the directory: what it put at the name goes, and is not followed. By a handle on the
 * directory, what was opened is what is listened in, and a long path fits.
 */
export async function listenIn(server: Server, directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    const path = `/proc/self/fd/${handle.fd}/proxy.sock`
    await rm(path, { recursive: true, force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path, backlog }, resolve)
    })
    await chmod(path, 0o666)
  } finally {
    await handle.close()
  }
}
