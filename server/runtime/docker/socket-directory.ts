import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, readdir, readlink, rm } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Room for a few sockets, and for nothing else. */
const tmpfsOptions = 'size=64k,nr_inodes=32,mode=0777,nosuid,nodev,noexec'

/**
 * The directory that a workspace shares with the host for its sockets. Everybody in the workspace may write there, so it is
 * a file system of its own with hardly any room, where the engine can see what arcx mounts; elsewhere it is a directory
 * that counts as part of what the workspace keeps.
 */
export class SocketDirectories {
  readonly #mounts: boolean

  constructor(mounts: boolean) {
    this.#mounts = mounts
  }

  static async open(): Promise<SocketDirectories> {
    return new SocketDirectories(process.getuid?.() === 0 && (await engineSeesOurMounts()))
  }

  /** Makes it anew: what a previous container left there would be in the new one's way. */
  async make(path: string): Promise<void> {
    await this.remove(path)
    await mkdir(path)
    if (this.#mounts) await run('mount', ['-t', 'tmpfs', '-o', tmpfsOptions, 'arcx-sockets', path])
    else await chmod(path, 0o777)
  }

  async remove(path: string): Promise<void> {
    // Also one that an earlier process mounted. Whoever still listens there does so for nobody.
    if (await isMounted(path)) await run('umount', ['--lazy', path])
    await rm(path, { recursive: true, force: true })
  }
}

/** Takes away all that is mounted below a directory, once no workspace runs any more. */
export async function unmountSockets(directory: string): Promise<void> {
  for (const path of await mounted())
    if (path.startsWith(`${directory}/`)) await run('umount', ['--lazy', path]).catch(() => undefined)
}

async function mounted(): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '))
  // Blanks and the like stand there as octal numbers.
  return lines
    .filter(([source]) => source === 'arcx-sockets')
    .map(([, path = '']) =>
      path.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    )
}

const isMounted = async (path: string): Promise<boolean> => (await mounted()).includes(path)

/** Whether every engine on this machine lives in our mount namespace; one in another would mount the empty directory below. */
async function engineSeesOurMounts(): Promise<boolean> {
  const own = await readlink('/proc/self/ns/mnt')
  const namespaces = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
        return name.trim() === 'dockerd' ? await readlink(`/proc/${pid}/ns/mnt`).catch(() => '') : null
      }),
  )
  const ofEngines = namespaces.filter((namespace) => namespace !== null)
  return ofEngines.length > 0 && ofEngines.every((namespace) => namespace === own)
}
