import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { serveReports } from '../../../workspace/supervisor/reports.ts'
import type { Samples } from '../../../workspace/supervisor/samples.ts'
import { connectionContract } from '../connection.contract.ts'
import type { ContainerRef } from '../port.ts'
import { SupervisorClient } from '../supervisor-client.ts'
import { supervisorKeys } from '../supervisor-keys.ts'
import { SocketConnection } from './socket-connection.ts'

const samples = { lastActivityAt: () => new Date(0).toISOString(), after: () => [] } as unknown as Samples

/** A workspace's supervisor and an IDE, behind sockets in a directory as a container has them. */
async function openWorkspace() {
  const directory = mkdtempSync(join(tmpdir(), 'arcx-ports-'))
  const container: ContainerRef = { workspaceId: WorkspaceId.parse(randomUUID()), incarnation: 1 }
  const keyOf = supervisorKeys(randomBytes(32))
  const supervisor = await serveReports(
    join(directory, 'supervisor.sock'),
    keyOf(container),
    'arcx-supervisor',
    Promise.resolve(),
    samples,
  )
  const ide = createHttpServer((_request, response) => response.end('ok')).listen(join(directory, 'ide.sock'))
  await once(ide, 'listening')
  const socketsOf = (id: WorkspaceId) => (id === container.workspaceId ? directory : join(directory, 'none'))
  return {
    directory,
    container,
    connection: new SocketConnection(socketsOf, keyOf),
    async listen() {
      const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const accepted = once(server, 'connection').then(([socket]) => socket as Socket)
      return {
        port,
        accepted,
        async close() {
          server.close()
          await once(server, 'close')
        },
      }
    },
    async close() {
      supervisor.close()
      ide.close()
      rmSync(directory, { recursive: true })
    },
  }
}

connectionContract('Unix sockets in a directory', openWorkspace)

let workspace: Awaited<ReturnType<typeof openWorkspace>>
let directory: string
const programs: Server[] = []
const client = {
  connect: (port: number) => workspace.connection.dialPort(workspace.container, port),
  report: (after: number) =>
    new SupervisorClient(() => workspace.connection.dialSupervisor(workspace.container)).report(after),
}

beforeAll(async () => {
  workspace = await openWorkspace()
  directory = workspace.directory
})
afterEach(() => {
  for (const each of programs.splice(0)) each.close()
})
afterAll(() => workspace?.close())

/** A program that listens, and the connection to it that one gets by the supervisor. */
async function joined(): Promise<{ readonly near: Duplex; readonly far: Socket }> {
  const program = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  programs.push(program)
  await once(program, 'listening')
  const accepted = once(program, 'connection')
  const near = await client.connect((program.address() as AddressInfo).port)
  near.on('error', () => undefined)
  const [far] = (await accepted) as [Socket]
  far.on('error', () => undefined)
  return { near, far }
}

async function allOf(stream: Duplex): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}

describe('a port by the supervisor', () => {
  const sides = ['near', 'far'] as const
  const sizes = [0, 1, 1_000_000, 5_000_000]
  const table = sides.flatMap((first) =>
    sizes.flatMap((before) => sizes.map((after) => [first, before, after] as const)),
  )
  test.each(table)(
    'the %s side ends after %i bytes, and the other sends %i then: all arrive, and both ends',
    async (first, before, after) => {
      const ends = await joined()
      const [one, other] = first === 'near' ? [ends.near, ends.far] : [ends.far, ends.near]
      const [sent, answered] = [randomBytes(before), randomBytes(after)]
      const back = allOf(one)
      one.end(sent)
      expect((await allOf(other)).equals(sent)).toBe(true)
      other.end(answered)
      expect((await back).equals(answered)).toBe(true)
      await vi.waitFor(() => expect([ends.near.destroyed, ends.far.destroyed]).toEqual([true, true]))
    },
  )

  test.each(sizes)('a reset of the program’s is no clean end, with %i bytes on their way to it', async (size) => {
    const { near, far } = await joined()
    near.write(randomBytes(size))
    const ended = allOf(near)
    far.resetAndDestroy()
    await expect(ended).rejects.toThrow()
  })

  test.each(sizes)('a reset of this side’s reaches the program as one, with %i bytes on their way', async (size) => {
    const { near, far } = await joined()
    far.write(randomBytes(size))
    const closed = new Promise((resolve) => far.once('close', resolve))
    const errors: unknown[] = []
    far.on('error', (error) => errors.push(error)).resume()
    near.destroy(new Error('reset'))
    await closed
    expect(errors).toMatchObject([{ code: 'ECONNRESET' }])
  })

  test('one that nobody reads holds up no other', async () => {
    const idle = await joined()
    idle.near.pause()
    // More than it may have in flight.
    idle.far.write(randomBytes(20_000_000))
    const { near, far } = await joined()
    const bytes = randomBytes(5_000_000)
    far.end(bytes)
    expect((await allOf(near)).equals(bytes)).toBe(true)
    idle.near.destroy()
  })

  test('300 at once, and a report after them', async () => {
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    programs.push(echo)
    await once(echo, 'listening')
    const { port } = echo.address() as AddressInfo
    const bytes = randomBytes(10_000)
    const all = Array.from({ length: 300 }, async () => {
      const near = await client.connect(port)
      near.end(bytes)
      return (await allOf(near)).equals(bytes)
    })
    expect(new Set(await Promise.all(all))).toEqual(new Set([true]))
    expect(await client.report(0)).toMatchObject({ ready: true })
  })

  test('one on which nothing listens is closed, and what is no port of this host’s is none', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    await once(gone, 'close')
    await expect(client.connect(port)).rejects.toMatchObject({ code: 'port_closed' })
    await expect(client.connect(70_000)).rejects.toMatchObject({ code: 'port_closed' })
  })

  test('whoever does not hold the key gets no connection', async () => {
    const stranger = new SocketConnection(() => directory, supervisorKeys(randomBytes(32)))
    await expect(stranger.dialPort(workspace.container, 80)).rejects.toMatchObject({ code: 'workspace_not_running' })
    const plain = connect(join(directory, 'supervisor.sock'))
    plain.write('GET /report HTTP/1.1\r\nHost: supervisor\r\n\r\n')
    plain.on('error', () => undefined)
    expect((await allOf(plain).catch(() => Buffer.alloc(0))).toString()).not.toContain('200')
  })

  test('one that takes connections and says nothing is given up', async () => {
    const silent = mkdtempSync(join(tmpdir(), 'arcx-silent-'))
    const taken: Socket[] = []
    const server = createServer((socket) => taken.push(socket.resume())).listen(join(silent, 'supervisor.sock'))
    await once(server, 'listening')
    const connection = new SocketConnection(() => silent, supervisorKeys(randomBytes(32)), 50)
    await expect(connection.dialSupervisor(workspace.container)).rejects.toMatchObject({
      code: 'workspace_not_running',
    })
    await vi.waitFor(() => expect(taken.map(({ destroyed }) => destroyed)).toEqual([true]))
    server.close()
    rmSync(silent, { recursive: true })
  })
})
