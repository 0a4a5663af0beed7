import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { homesContract } from '../home.contract.ts'
import { DirectoryHomes } from './directory-homes.ts'
import { SocketDirectories, unmountSockets } from './socket-directory.ts'

const run = promisify(execFile)

async function openHomes(sockets: SocketDirectories) {
  const directory = await mkdtemp(join(tmpdir(), 'arcx-homes-'))
  const homes = new DirectoryHomes(directory, sockets)
  const person = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}
  // As in a container, where only what is mounted is to be reached: the directories above are root's alone.
  const within = async (cwd: string, script: string) => {
    const enter = `cd "$1" && shift && exec "$@"`
    const program =
      person.uid === undefined ? ['sh'] : ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', 'sh']
    return (await run('sh', ['-c', enter, 'sh', cwd, ...program, '-c', script])).stdout
  }
  return {
    directory,
    homes,
    inHome: (id: WorkspaceId, script: string) => within(homes.mounts(id).home, script),
    inSockets: (id: WorkspaceId, script: string) => within(homes.mounts(id).sockets, script),
    async close() {
      await unmountSockets(directory)
      await run('rm', ['-rf', directory])
    },
  }
}

homesContract('directories of this machine', () => openHomes(new SocketDirectories(false)))
if (process.getuid?.() === 0)
  homesContract('directories whose sockets have a file system of their own', () =>
    openHomes(new SocketDirectories(true)),
  )

test('a log that an earlier version kept, as the engine’s frames, is still read', async () => {
  const { directory, homes, close } = await openHomes(new SocketDirectories(false))
  const id = WorkspaceId.parse(randomUUID())
  const frame = (stream: number, text: string) => {
    const header = Buffer.alloc(8)
    header[0] = stream
    header.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  await mkdir(join(directory, 'workspaces', id), { recursive: true })
  await writeFile(
    join(directory, 'workspaces', id, 'last.log'),
    Buffer.concat([frame(1, '2026-01-01T00:00:00Z one\n'), frame(2, '2026-01-01T00:00:01Z {two}\n')]),
  )
  expect((await homes.keptLog(id)).map(({ data }) => [data.stream, data.text])).toEqual([
    ['stdout', 'one'],
    ['stderr', '{two}'],
  ])
  await close()
})

test('nobody but arcx looks into what is kept of workspaces', async () => {
  const { directory, homes, close } = await openHomes(new SocketDirectories(false))
  const id = WorkspaceId.parse(randomUUID())
  await homes.make(id)
  await homes.keepLog(id, [])
  const modes = [['workspaces'], ['workspaces', id], ['workspaces', id, 'last.log']].map(
    async (names) => (await stat(join(directory, ...names))).mode & 0o777,
  )
  expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o600])
  await close()
})
