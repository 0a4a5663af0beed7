import { readFileSync } from 'node:fs'

export interface Sockets {
  /** Ports that something listens on, ascending. */
  readonly listening: readonly number[]
  /** Established connections by local port. */
  readonly established: ReadonlyMap<number, number>
}

const LISTEN = '0A'
const ESTABLISHED = '01'

/** Reads the kernel's socket tables (proc_pid_net(5)): line by line `sl local_address rem_address st …`, in hexadecimal. */
export function readSockets(root = '/proc/self/net'): Sockets {
  const listening = new Set<number>()
  const established = new Map<number, number>()
  for (const table of ['tcp', 'tcp6']) {
    let lines: string[]
    try {
      lines = readFileSync(`${root}/${table}`, 'utf8').split('\n').slice(1)
    } catch {
      continue
    }
    for (const line of lines) {
      const [, local, , state] = line.trim().split(/\s+/)
      const port = Number.parseInt(local?.split(':')[1] ?? '', 16)
      if (Number.isNaN(port)) continue
      if (state === LISTEN) listening.add(port)
      if (state === ESTABLISHED) established.set(port, (established.get(port) ?? 0) + 1)
    }
  }
  return { listening: [...listening].sort((a, b) => a - b), established }
}
