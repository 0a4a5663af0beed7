import { execFile } from 'node:child_process'
import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { WorkspaceId } from '@arcx/router'
import type { HomePaths } from './container.ts'
import type { SocketDirectories } from './socket-directory.ts'

const run = promisify(execFile)

/** The container's person, where arcx runs as root; elsewhere that is whoever runs arcx. */
const containerUid = 1000

/** The supervisor's resolver (resolv.conf(5)), which leads every name to arc-proxy. */
const resolverConfig = 'nameserver 127.0.0.53\noptions timeout:2 attempts:2\n'

/** Workspaces' directories on the host. Only arcx itself can look into them. */
export class Homes {
  readonly #root: string

  readonly #sockets: SocketDirectories

  constructor(dataDirectory: string, sockets: SocketDirectories) {
    this.#root = join(dataDirectory, 'workspaces')
    this.#sockets = sockets
  }

  /** All that is kept of a workspace. */
  directory(workspaceId: WorkspaceId): string {
    return join(this.#root, workspaceId)
  }

  paths(workspaceId: WorkspaceId): HomePaths {
    const own = this.directory(workspaceId)
    return { home: join(own, 'home'), sockets: join(own, 'sockets'), resolver: join(own, 'resolv.conf') }
  }

  /** Makes what is missing. A home that is there keeps its owner and all it holds. */
  async ensure(workspaceId: WorkspaceId): Promise<HomePaths> {
    const own = this.directory(workspaceId)
    const paths = this.paths(workspaceId)
    await mkdir(this.#root, { recursive: true, mode: 0o700 })
    await mkdir(own, { recursive: true, mode: 0o700 })
    await mkdir(paths.home, { recursive: true, mode: 0o750 })
    if (process.getuid?.() === 0 && (await stat(paths.home)).uid === 0)
      await chown(paths.home, containerUid, containerUid)
    await this.#sockets.make(paths.sockets)
    await writeFile(paths.resolver, resolverConfig, { mode: 0o644 })
    return paths
  }

  /** Its containers are gone: nobody needs the sockets. */
  removeSockets(workspaceId: WorkspaceId): Promise<void> {
    return this.#sockets.remove(this.paths(workspaceId).sockets)
  }

  async remove(workspaceId: WorkspaceId): Promise<void> {
    await this.removeSockets(workspaceId)
    // By rm(1): a workspace can nest its names deeper than a path may be long, and Node's gives up there.
    await run('rm', ['--recursive', '--force', '--one-file-system', '--', this.directory(workspaceId)])
  }

  async keepLog(workspaceId: WorkspaceId, log: Buffer): Promise<void> {
    await mkdir(this.directory(workspaceId), { recursive: true, mode: 0o700 })
    await writeFile(this.#log(workspaceId), log, { mode: 0o600 })
  }

  async keptLog(workspaceId: WorkspaceId): Promise<Buffer> {
    return readFile(this.#log(workspaceId)).catch(() => Buffer.alloc(0))
  }

  #log(workspaceId: WorkspaceId): string {
    return join(this.directory(workspaceId), 'last.log')
  }
}
