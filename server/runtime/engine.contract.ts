import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import type { SupervisorOrders } from '@arcx/router/supervisor'
import type { Connection } from './connection.ts'
import type { ContainerEvent, Engine } from './engine.ts'
import type { Homes } from './home.ts'
import { socketsInside } from './inside.ts'
import { isBehind } from './log-order.ts'
import type { ContainerRef, Execution } from './port.ts'
import { SupervisorClient } from './supervisor-client.ts'
import type { SupervisorKeys } from './supervisor-keys.ts'
import { untilReady } from './until-ready.ts'

export interface EngineUnderTest {
  readonly engine: Engine
  /** Of the same machine. */
  readonly homes: Homes
  readonly connection: Connection
  readonly keyOf: SupervisorKeys
  /** The same machine’s, for another deployment. */
  readonly stranger: Engine
  /** Whatever the engine tells of a container to whoever may ask it. */
  shown(container: ContainerRef): Promise<string>
  close(): Promise<void>
}

const forever = new AbortController().signal
const most = 2000

/** What every implementation of `Engine` does, with real containers of the workspace image. */
export function engineContract(name: string, open: () => Promise<EngineUnderTest>): void {
  describe(`${name}, as an engine`, () => {
    let subject: EngineUnderTest
    let engine: Engine
    let running: ContainerRef
    const made: ContainerRef[] = []
    const watching = new AbortController()
    const events: ContainerEvent[] = []

    beforeAll(async () => {
      subject = await open()
      engine = subject.engine
      running = await started()
      void (async () => {
        for await (const event of engine.events(watching.signal)) events.push(event)
      })().catch(() => undefined)
    })
    afterAll(async () => {
      watching.abort()
      for (const ref of made) await engine.remove(ref)
      for (const { workspaceId } of made) await subject.homes.remove(workspaceId)
      await subject?.close()
    })

    async function prepared(incarnation = 1): Promise<ContainerRef> {
      const ref: ContainerRef = { workspaceId: WorkspaceId.parse(randomUUID()), incarnation }
      made.push(ref)
      await subject.homes.make(ref.workspaceId)
      await engine.make({ ...ref, name: 'contract', mounts: await subject.homes.mount(ref.workspaceId) })
      return ref
    }

    const ordersFor = (ref: ContainerRef): string => {
      const orders: SupervisorOrders = {
        key: subject.keyOf(ref).toString('base64'),
        workspaceName: 'contract',
        sockets: socketsInside,
        tcpPort: null,
        authority: null,
        environment: { TOLD: 'by its orders' },
      }
      return `${JSON.stringify(orders)}\n`
    }

    async function started(): Promise<ContainerRef> {
      const ref = await prepared()
      await engine.start(ref, ordersFor(ref))
      const supervisor = new SupervisorClient(() => subject.connection.dialSupervisor(ref))
      await untilReady(supervisor, engine.ended(ref), AbortSignal.timeout(60_000))
      supervisor.close()
      return ref
    }

    const shell = (ref: ContainerRef, script: string): Promise<Execution> =>
      engine.exec(ref, { command: ['/bin/sh', '-c', script], tty: null, directory: null })

    async function said(
      ref: ContainerRef,
      script: string,
    ): Promise<{ readonly code: number; readonly output: string }> {
      const execution = await shell(ref, script)
      execution.input.end()
      const output = await text(Readable.from(execution.output).map(({ bytes }: { bytes: Buffer }) => bytes))
      return { code: await execution.exitCode(), output }
    }

    test('one that was made does not run; started, it is what its orders say', async () => {
      const ref = await prepared(7)
      expect(await engine.inspect(ref)).toMatchObject({ ...ref, running: false, paused: false, endedAt: null })
      await expect(said(ref, 'true')).rejects.toMatchObject({ code: 'workspace_not_running' })
      expect(await engine.inspect(running)).toEqual({
        ...running,
        running: true,
        paused: false,
        ending: null,
        endedAt: null,
      })
      expect(await said(running, 'echo "$TOLD"; id -u; pwd; exit 3')).toEqual({
        code: 3,
        output: 'by its orders\n1000\n/home/arc/project\n',
      })
    })

    test('nothing of its orders stands in what the engine shows', async () => {
      const key = subject.keyOf(running).toString('base64')
      const shown = await subject.shown(running)
      expect(shown).toContain(running.workspaceId)
      expect(shown).not.toContain(key)
      expect(shown).not.toContain('by its orders')
    })

    test('what it writes is in the home that it was given, and nowhere else', async () => {
      const other = await started()
      await said(running, 'echo mine > "$HOME/written"')
      expect((await said(running, 'cat "$HOME/written"')).output).toBe('mine\n')
      expect((await said(other, 'ls "$HOME/written"')).code).not.toBe(0)
      const next: ContainerRef = { ...running, incarnation: 2 }
      expect(await engine.inspect(next)).toBeNull()
      expect((await said(running, 'echo x > /etc/written || echo x > /usr/written')).code).not.toBe(0)
    })

    test('one that a cut-off start has left is made anew', async () => {
      const ref = await prepared()
      await engine.make({ ...ref, name: 'contract', mounts: await subject.homes.mount(ref.workspaceId) })
      await engine.start(ref, ordersFor(ref))
      await vi.waitFor(async () => expect((await engine.inspect(ref))?.running).toBe(true), { timeout: 20_000 })
    })

    test('a workspace’s are listed alone, all of the deployment together, and none of another', async () => {
      expect((await engine.list(running.workspaceId)).map(({ incarnation }) => incarnation)).toEqual([1])
      const all = await engine.list()
      for (const ref of made) expect(all).toContainEqual(expect.objectContaining(ref))
      expect(await subject.stranger.list()).toEqual([])
      expect(await subject.stranger.list(running.workspaceId)).toEqual([])
    })

    test('paused, it stands still and keeps what it holds, and counts as running; resumed, it goes on', async () => {
      const ref = await started()
      const busy = await shell(ref, 'echo begun; read line; echo "still there: $line"')
      const output = busy.output[Symbol.asyncIterator]()
      expect(String((await output.next()).value?.bytes)).toBe('begun\n')
      await engine.pause(ref)
      await engine.pause(ref)
      expect(await engine.inspect(ref)).toMatchObject({ running: true, paused: true })
      expect(await engine.list()).toContainEqual(expect.objectContaining({ ...ref, running: true, paused: true }))
      const { cpuSeconds } = await engine.stats(ref)
      busy.input.end('hello\n')
      await expect(said(ref, 'true')).rejects.toMatchObject({ code: 'workspace_not_running' })
      expect((await engine.stats(ref)).cpuSeconds).toBe(cpuSeconds)
      await engine.resume(ref)
      await engine.resume(ref)
      expect(await engine.inspect(ref)).toMatchObject({ running: true, paused: false })
      expect(String((await output.next()).value?.bytes)).toBe('still there: hello\n')
      expect((await output.next()).done).toBe(true)
    })

    test('what it takes is counted while it runs', async () => {
      const before = await engine.stats(running)
      expect(before.processes).toBeGreaterThan(1)
      expect(before.memoryBytes).toBeGreaterThan(10 * 2 ** 20)
      await said(running, 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done')
      await vi.waitFor(async () => expect((await engine.stats(running)).cpuSeconds).toBeGreaterThan(before.cpuSeconds))
    })

    test('its log is read as a whole, and followed from any line until it ends', async () => {
      const ref = await prepared()
      // What is no order is refused by the supervisor, which says so and ends.
      await engine.start(ref, 'no orders\n')
      const following = (async () => {
        const followed = await engine.followLogs(ref, undefined, most, forever)
        return followed === null ? null : (await allOf(followed)).map(({ data }) => data.text)
      })()
      await engine.ended(ref)
      const lines = (await engine.logs(ref, most)) ?? []
      expect(lines.length).toBeGreaterThan(1)
      const [first, ...rest] = lines
      expect(rest.every(({ id }) => isBehind(id, first?.id))).toBe(true)
      expect(await following).toEqual(lines.map(({ data }) => data.text))
      const later: string[] = []
      for await (const line of (await engine.followLogs(ref, first?.id, most, forever)) ?? []) later.push(line.id)
      expect(later).toEqual(rest.map(({ id }) => id))
      expect(await engine.logs(ref, 1)).toHaveLength(1)
      expect(await engine.inspect(ref)).toMatchObject({
        running: false,
        ending: expect.stringMatching(/exit code [1-9]/),
      })
      expect((await engine.inspect(ref))?.endedAt?.getTime()).toBeGreaterThan(0)
    })

    test('following a log ends when nobody waits for it', async () => {
      const abort = new AbortController()
      const lines = await engine.followLogs(running, undefined, most, abort.signal)
      const over = lines === null ? Promise.reject(new Error('It runs.')) : allOf(lines)
      abort.abort()
      await over
    })

    test('stopped, it has ended, and whoever listens is told; removed, there is none', async () => {
      const ref = await started()
      const ended = engine.ended(ref)
      await engine.stop(ref, 3)
      await ended
      expect(await engine.inspect(ref)).toMatchObject({ running: false, ending: expect.any(String) })
      await vi.waitFor(() => expect(events).toContainEqual({ ...ref, kind: 'ended' }))
      for (const work of [
        () => engine.stats(ref),
        () => engine.pause(ref),
        () => engine.resume(ref),
        () => said(ref, 'true'),
      ])
        await expect(work()).rejects.toMatchObject({ code: 'workspace_not_running' })
      await engine.stop(ref, 3)
      await engine.remove(ref)
      await vi.waitFor(() => expect(events).toContainEqual({ ...ref, kind: 'removed' }))
      expect(await engine.inspect(ref)).toBeNull()
      expect(await engine.list(ref.workspaceId)).toEqual([])
      // What is gone can be stopped and removed again, and has ended.
      await engine.stop(ref, 3)
      await engine.remove(ref)
      await engine.ended(ref)
      expect([await engine.logs(ref, most), await engine.followLogs(ref, undefined, most, forever)]).toEqual([
        null,
        null,
      ])
      await expect(said(ref, 'true')).rejects.toMatchObject({ code: 'workspace_not_running' })
    })

    test('one that runs is removed as well, and takes its programs along', async () => {
      const ref = await started()
      const program = await shell(ref, 'sleep 1000')
      await engine.remove(ref)
      await allOf(program.output)
      expect(await program.exitCode()).toBe(137)
      expect(await engine.inspect(ref)).toBeNull()
    })

    test('events end with their signal', async () => {
      const abort = new AbortController()
      const listening = allOf(engine.events(abort.signal))
      abort.abort()
      await Promise.allSettled([listening])
    })
  })
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
