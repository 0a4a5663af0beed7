import { execFile } from 'node:child_process'
import { chown, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { refusalOf } from '@arcx/router'
import type { LogLine, Tracked, WorkspaceId } from '@arcx/router'
import { NodePath } from '../home.ts'
import type { FilesUse, HomeMounts, Homes } from '../home.ts'
import { LogFrames } from './log-frames.ts'
import { measureFiles } from './measure-files.ts'
import type { SocketDirectories } from './socket-directory.ts'

const run = promisify(execFile)

/** The container's person, where arcx runs as root; elsewhere that is whoever runs arcx. */
const containerUid = 1000

/** The supervisor's resolver (resolv.conf(5)), which leads every name to arc-proxy. */
const resolverConfig = 'nameserver 127.0.0.53\noptions timeout:2 attempts:2\n'

const KeptLine = z.object({
  id: z.string(),
  data: z.object({ at: z.string(), stream: z.enum(['stdout', 'stderr']), text: z.string() }),
})

/** Workspaces' directories on this machine. Only arcx itself can look into them. */
export class DirectoryHomes implements Homes {
  readonly #root: string
  readonly #sockets: SocketDirectories

  constructor(dataDirectory: string, sockets: SocketDirectories) {
    this.#root = join(dataDirectory, 'workspaces')
    this.#sockets = sockets
  }

  async make(workspaceId: WorkspaceId): Promise<void> {
    const { home, resolver } = this.mounts(workspaceId)
    await orDiskFull(async () => {
      await mkdir(this.#root, { recursive: true, mode: 0o700 })
      await mkdir(this.#directory(workspaceId), { recursive: true, mode: 0o700 })
      await mkdir(home, { recursive: true, mode: 0o750 })
      if (process.getuid?.() === 0 && (await stat(home)).uid === 0) await chown(home, containerUid, containerUid)
      await writeFile(resolver, resolverConfig, { mode: 0o644 })
    })
  }

  async mount(workspaceId: WorkspaceId): Promise<HomeMounts> {
    const mounts = this.mounts(workspaceId)
    await orDiskFull(() => this.#sockets.make(mounts.sockets))
    return mounts
  }

  unmount(workspaceId: WorkspaceId): Promise<void> {
    return this.#sockets.remove(this.mounts(workspaceId).sockets)
  }

  mounts(workspaceId: WorkspaceId): HomeMounts {
    const within = (name: string) => NodePath.parse(join(this.#directory(workspaceId), name))
    return { home: within('home'), sockets: within('sockets'), resolver: within('resolv.conf') }
  }

  measure(workspaceId: WorkspaceId, signal: AbortSignal): Promise<FilesUse | null> {
    return measureFiles(this.#directory(workspaceId), signal)
  }

  async remove(workspaceId: WorkspaceId): Promise<void> {
    await this.unmount(workspaceId)
    // By rm(1): a workspace can nest its names deeper than a path may be long, and Node's gives up there.
    await run('rm', ['--recursive', '--force', '--one-file-system', '--', this.#directory(workspaceId)])
  }

  async keepLog(workspaceId: WorkspaceId, lines: readonly Tracked<LogLine>[]): Promise<void> {
    await orDiskFull(async () => {
      await mkdir(this.#directory(workspaceId), { recursive: true, mode: 0o700 })
      // Whoever reads it meanwhile, and a disk that is full, find the former one whole.
      const draft = `${this.#log(workspaceId)}.new`
      await writeFile(draft, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 })
      await rename(draft, this.#log(workspaceId))
    })
  }

  async keptLog(workspaceId: WorkspaceId): Promise<readonly Tracked<LogLine>[]> {
    const kept = await readFile(this.#log(workspaceId)).catch(() => Buffer.alloc(0))
    // Earlier versions kept the engine's frames, which begin with the number of a stream.
    if (kept[0] !== '{'.charCodeAt(0)) return new LogFrames().read(kept)
    return kept
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => KeptLine.parse(JSON.parse(line)))
  }

  /** All that is kept of a workspace. */
  #directory(workspaceId: WorkspaceId): string {
    return join(this.#root, workspaceId)
  }

  #log(workspaceId: WorkspaceId): string {
    return join(this.#directory(workspaceId), 'last.log')
  }
}

async function orDiskFull<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw refusalOf(error) ?? error
  }
}
