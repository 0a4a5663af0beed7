import { randomUUID } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'

/**
 * A name for this process by which another on the same machine can tell whether it still runs: which boot of the machine,
 * which namespace of process ids, its id there, and when it began, as ids are used again.
 */
export async function ownProcessName(): Promise<string> {
  const where = await machine()
  // Where the machine tells nothing of its processes, nobody can tell: a lease of one that has ended runs out.
  return where === null ? randomUUID() : `${where}/${process.pid}/${(await look(process.pid)).startedAt}`
}

/** Whether it is certain that a process has ended. Of another machine’s nothing is. */
export async function hasEnded(name: string): Promise<boolean> {
  const [, where, pid, startedAt] = /^(.+)\/(\d+)\/(\d+)$/.exec(name) ?? []
  if (where === undefined || where !== (await machine())) return false
  try {
    const now = await look(Number(pid))
    return now.isZombie || now.startedAt !== startedAt
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
  }
}

/** Null where that is not Linux. */
async function machine(): Promise<string | null> {
  if (process.platform !== 'linux') return null
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    readlink('/proc/self/ns/pid'),
  ])
  return `${boot.trim()}/${namespace}`
}

/** proc_pid_stat(5): behind the name of the program, which may hold anything, the state is the first and the start the 20th. */
async function look(pid: number): Promise<{ readonly isZombie: boolean; readonly startedAt: string }> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { isZombie: fields[0] === 'Z' || fields[0] === 'X', startedAt: fields[19] ?? '' }
}
