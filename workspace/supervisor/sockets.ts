import { readFileSync } from 'node:fs'

const tables = '/proc/self/net'
const listening = '0A'
const connected = '03'
/** 127.0.0.11, where the engine's resolver listens inside each container; as the kernel prints it. */
const engineResolver = '0B00007F'
/** 127.0.0.53 and 127.2.0.1, which are the supervisor's, and what it listens on at 127.0.0.1. */
const ownAddresses: ReadonlySet<string> = new Set([engineResolver, '3500007F', '0100027F'])
const proxyPort = 3128

/** TCP ports that something listens on, ascending (proc_pid_net(5): `sl local_address rem_address st …`, hexadecimal). */
export function listeningPorts(root = tables): number[] {
  const ports = new Set<number>()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of rows(`${root}/${table}`)) {
      const [, local, , state] = line.trim().split(/\s+/)
      const [address, hexadecimalPort = ''] = local?.split(':') ?? []
      const port = Number.parseInt(hexadecimalPort, 16)
      const isOwn = address === undefined || ownAddresses.has(address) || port === proxyPort
      if (state === listening && !isOwn && !Number.isNaN(port)) ports.add(port)
    }
  }
  return [...ports].sort((a, b) => a - b)
}

/** Open connections to a Unix socket (unix(7): `Num RefCount Protocol Flags Type St Inode Path`). */
export function connectionsTo(path: string, root = tables): number {
  return rows(`${root}/unix`).filter((line) => {
    const fields = line.trim().split(/\s+/)
    return fields[7] === path && fields[5] === connected
  }).length
}

function rows(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(1)
  } catch {
    return []
  }
}
