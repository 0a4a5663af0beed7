import { createHash } from 'node:crypto'
import { access, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from './command.ts'

/** How a process is held to its limit. */
export type Means = 'control group' | 'data segment' | 'none'

/** What a Node process maps before it has done anything (seen: 560 MiB); the data segment's limit counts that too. */
const mappedBytes = 768 * 2 ** 20

interface Hierarchy {
  readonly version: 1 | 2
  /** Control groups in which one for a service may be made, best first. */
  readonly parents: readonly string[]
}

/**
 * Holds processes to a limit of memory each, so that one that grows without bounds is ended by the kernel alone, and not
 * with whatever else the host runs: by a control group where this process may make one, else by the size of its data segment.
 */
export class MemoryLimits {
  readonly #bytes: number
  readonly #owner: string
  readonly #root: string
  readonly #groups = new Set<string>()

  /** `owner`: a path that no other arcx on this machine has; it makes the groups' names. */
  constructor(bytes: number, owner: string, root = '/sys/fs/cgroup') {
    this.#bytes = bytes
    this.#owner = createHash('sha256').update(owner).digest('hex').slice(0, 12)
    this.#root = root
  }

  /** What Node takes to end by itself, and to say so, before the kernel ends it. */
  get nodeOptions(): readonly string[] {
    return [`--max-old-space-size=${Math.floor((this.#bytes * 0.75) / 2 ** 20)}`]
  }

  /** Holds a process, and what it starts from now on. */
  async hold(name: string, pid: number): Promise<Means> {
    const hierarchy = await hierarchyOf(this.#root)
    for (const parent of hierarchy?.parents ?? []) {
      const group = join(parent, `arcx-${this.#owner}-${name}`)
      if (hierarchy === null) continue
      // One that an earlier run has left may have other limits, and is made anew.
      if ((await this.#enter(group, hierarchy.version, pid)) || (await this.#enter(group, hierarchy.version, pid)))
        return 'control group'
    }
    const { code } = await run('prlimit', ['--pid', String(pid), `--data=${this.#bytes + mappedBytes}`]).catch(() => ({
      code: 1,
    }))
    return code === 0 ? 'data segment' : 'none'
  }

  /** Removes the groups, once nothing runs in them. */
  async close(): Promise<void> {
    await Promise.all([...this.#groups].map((group) => rmdir(group).catch(() => undefined)))
  }

  async #enter(group: string, version: 1 | 2, pid: number): Promise<boolean> {
    const [limit, swap] =
      version === 1
        ? (['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'] as const)
        : (['memory.max', 'memory.swap.max'] as const)
    try {
      await mkdir(group).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      })
      this.#groups.add(group)
      if (version === 2 && !(await exists(join(group, limit))))
        await writeFile(join(dirname(group), 'cgroup.subtree_control'), '+memory')
      await writeFile(join(group, limit), String(this.#bytes), { flag: 'r+' })
      // Not every kernel counts swap.
      await writeFile(join(group, swap), version === 1 ? String(this.#bytes) : '0', { flag: 'r+' }).catch(
        () => undefined,
      )
      await writeFile(join(group, 'cgroup.procs'), String(pid))
      return true
    } catch {
      await rmdir(group).catch(() => undefined)
      this.#groups.delete(group)
      return false
    }
  }
}

/** Where this process stands among the machine's control groups, as far as they count memory; cgroups(7). */
export async function hierarchyOf(root: string, self = '/proc/self/cgroup'): Promise<Hierarchy | null> {
  const lines = (await readFile(self, 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  const first = lines.find(([, controllers]) => controllers?.split(',').includes('memory'))
  if (first !== undefined) {
    const mount = join(root, 'memory')
    const own = join(mount, first[2] ?? '')
    // In a container the path may be the host's, of which nothing but the end is mounted.
    return { version: 1, parents: (await exists(join(own, 'memory.limit_in_bytes'))) ? [own] : [mount] }
  }
  const second = lines.find(([id, controllers]) => id === '0' && controllers === '')
  if (second === undefined || !(await exists(join(root, 'cgroup.controllers')))) return null
  const path = second[2] ?? '/'
  // A group with processes of its own may hand no controller down, so beside it is the usual place.
  return { version: 2, parents: path === '/' ? [root] : [join(root, path), dirname(join(root, path))] }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
