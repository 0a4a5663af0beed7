import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import type { Connection } from './connection.ts'
import type { ContainerRef } from './port.ts'
import { SupervisorClient } from './supervisor-client.ts'

export interface ConnectionUnderTest {
  readonly connection: Connection
  /** A container whose IDE and supervisor answer. */
  readonly container: ContainerRef
  /** Has a program in that container listen on a port of its loopback address, and hands over the next connection to it. */
  listen(): Promise<{ readonly port: number; readonly accepted: Promise<Socket>; close(): Promise<void> }>
  close(): Promise<void>
}

/** What every implementation of `Connection` does. */
export function connectionContract(name: string, open: () => Promise<ConnectionUnderTest>): void {
  describe(`${name}, as a connection`, () => {
    let subject: ConnectionUnderTest
    let connection: Connection
    beforeAll(async () => {
      subject = await open()
      connection = subject.connection
    })
    afterAll(() => subject?.close())

    const stranger = (): ContainerRef => ({ workspaceId: WorkspaceId.parse(crypto.randomUUID()), incarnation: 1 })

    test('the IDE answers HTTP, on as many connections as are dialled', async () => {
      const sockets = await Promise.all([1, 2, 3].map(() => connection.dialIde(subject.container.workspaceId)))
      for (const socket of sockets) {
        const request = get({ host: 'ide', path: '/healthz', createConnection: () => socket })
        const [response] = (await once(request, 'response')) as [IncomingMessage]
        expect(response.statusCode).toBe(200)
        response.resume()
        socket.destroy()
      }
    })

    test('the supervisor reports, also on a connection that was used before', async () => {
      let dialled = 0
      const client = new SupervisorClient(() => {
        dialled += 1
        return connection.dialSupervisor(subject.container)
      })
      await client.ready(AbortSignal.timeout(10_000))
      expect(await client.report(0)).toMatchObject({ ready: true })
      expect(await client.report(0)).toMatchObject({ ready: true })
      expect(dialled).toBeLessThan(3)
      client.close()
    })

    test('a container of another incarnation is not believed', async () => {
      const { workspaceId, incarnation } = subject.container
      const other = { workspaceId, incarnation: incarnation + 1 }
      await expect(connection.dialSupervisor(other)).rejects.toMatchObject({ code: 'workspace_not_running' })
      await expect(connection.dialPort(other, 80)).rejects.toMatchObject({ code: 'workspace_not_running' })
    })

    test('where no workspace runs, all three say so', async () => {
      const nobody = stranger()
      await expect(connection.dialIde(nobody.workspaceId)).rejects.toMatchObject({ code: 'workspace_not_running' })
      await expect(connection.dialSupervisor(nobody)).rejects.toMatchObject({ code: 'workspace_not_running' })
      await expect(connection.dialPort(nobody, 80)).rejects.toMatchObject({ code: 'workspace_not_running' })
    })

    test.each([0, 1, 2_000_000])('a side that has ended after %i bytes still receives', async (size) => {
      const { port, accepted, close } = await subject.listen()
      const near = await connection.dialPort(subject.container, port)
      const far = await accepted
      const [sent, answered] = [randomBytes(size), randomBytes(500_000)]
      const back = allOf(near)
      near.end(sent)
      expect((await allOf(far)).equals(sent)).toBe(true)
      far.end(answered)
      expect((await back).equals(answered)).toBe(true)
      await vi.waitFor(() => expect([near.destroyed, far.destroyed]).toEqual([true, true]))
      await close()
    })

    test('a reset of the program’s is no clean end', async () => {
      const { port, accepted, close } = await subject.listen()
      const near = await connection.dialPort(subject.container, port)
      const ended = text(near)
      ;(await accepted).resetAndDestroy()
      await expect(ended).rejects.toThrow()
      await close()
    })

    test('a reset of this side’s reaches the program as one', async () => {
      const { port, accepted, close } = await subject.listen()
      const near = await connection.dialPort(subject.container, port)
      near.on('error', () => undefined)
      const far = (await accepted).resume()
      const failed = once(far, 'error')
      near.destroy(new Error('reset'))
      expect(await failed).toMatchObject([{ code: 'ECONNRESET' }])
      await close()
    })

    test('a port on which nothing listens is closed', async () => {
      const { port, accepted, close } = await subject.listen()
      accepted.catch(() => undefined)
      await close()
      await expect(connection.dialPort(subject.container, port)).rejects.toMatchObject({ code: 'port_closed' })
    })
  })
}

async function allOf(stream: Duplex): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}
