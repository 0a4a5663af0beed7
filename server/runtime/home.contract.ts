import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import type { LogLine, Tracked } from '@arcx/router'
import type { Homes } from './home.ts'

export interface HomesUnderTest {
  readonly homes: Homes
  /** Runs a shell script as the workspace's person would, in its home; resolves to what it wrote. */
  inHome(workspaceId: WorkspaceId, script: string): Promise<string>
  /** The same, in what it shares with its machine for sockets. */
  inSockets(workspaceId: WorkspaceId, script: string): Promise<string>
  close(): Promise<void>
}

/** Deeper than a path may be long, from the inside out, since no call could name the innermost. */
const nestedNames = `
set -e
mkdir nested
for i in $(seq 60); do mkdir around; mv nested "around/$(printf %0200d "$i")"; mv around nested; done`

const line = (number: number): Tracked<LogLine> => ({
  id: `2026-01-0${number}T00:00:00Z/0`,
  data: {
    at: `2026-01-0${number}T00:00:00Z`,
    stream: number === 1 ? 'stdout' : 'stderr',
    text: `line ${number} – ä\t`,
  },
})

/** What every implementation of `Homes` does. */
export function homesContract(name: string, open: () => Promise<HomesUnderTest>): void {
  describe(`${name}, as homes`, () => {
    let subject: HomesUnderTest
    let homes: Homes
    beforeAll(async () => {
      subject = await open()
      homes = subject.homes
    })
    afterAll(() => subject?.close())

    async function made(): Promise<WorkspaceId> {
      const id = WorkspaceId.parse(randomUUID())
      await homes.make(id)
      await homes.mount(id)
      return id
    }
    const forever = new AbortController().signal

    test('a home keeps what is in it when it is made ready again, and no other has it', async () => {
      const [one, other] = [await made(), await made()]
      await subject.inHome(one, 'mkdir -p a/b && echo mine > a/b/file && chmod 640 a/b/file')
      const before = await subject.inHome(one, 'stat -c %u:%a a/b/file')
      await homes.unmount(one)
      await homes.make(one)
      await homes.mount(one)
      expect(await subject.inHome(one, 'cat a/b/file')).toBe('mine\n')
      expect(await subject.inHome(one, 'stat -c %u:%a a/b/file')).toBe(before)
      expect(await subject.inHome(other, 'ls -A')).toBe('')
    })

    test('where it is mounted is the same for whoever asks later', async () => {
      const id = WorkspaceId.parse(randomUUID())
      await homes.make(id)
      const mounts = await homes.mount(id)
      expect(homes.mounts(id)).toEqual(mounts)
      expect(new Set(Object.values(mounts)).size).toBe(3)
    })

    test('a new container finds nothing of the last one’s sockets, and may make its own', async () => {
      const id = await made()
      await subject.inSockets(id, 'touch old.sock')
      await homes.mount(id)
      expect(await subject.inSockets(id, 'ls -A')).toBe('')
      expect(await subject.inSockets(id, 'touch new.sock && ls -A')).toBe('new.sock\n')
    })

    test('what lies in it is counted: blocks, not lengths, and each file once', async () => {
      const id = await made()
      const empty = await homes.measure(id, forever)
      await subject.inHome(
        id,
        'head -c 3000000 /dev/zero | tr "\\0" x > full && ln full again && truncate -s 1G sparse',
      )
      const full = await homes.measure(id, forever)
      expect((full?.files ?? 0) - (empty?.files ?? 0)).toBe(2)
      expect((full?.bytes ?? 0) - (empty?.bytes ?? 0)).toBeGreaterThanOrEqual(3_000_000)
      expect((full?.bytes ?? 0) - (empty?.bytes ?? 0)).toBeLessThan(4_000_000)
    })

    test('measuring what is not there fails, and so does measuring when nobody waits for it', async () => {
      await expect(homes.measure(WorkspaceId.parse(randomUUID()), forever)).rejects.toThrow()
      await expect(homes.measure(await made(), AbortSignal.abort())).rejects.toThrow()
    })

    test('a link that leads out of a home is neither counted nor removed beyond itself', async () => {
      const [one, other] = [await made(), await made()]
      await subject.inHome(other, 'head -c 3000000 /dev/zero | tr "\\0" x > precious')
      await subject.inHome(one, `ln -s ${homes.mounts(other).home} way-out && ln -s / root`)
      expect((await homes.measure(one, forever))?.bytes).toBeLessThan(1_000_000)
      await homes.remove(one)
      expect(await subject.inHome(other, 'ls')).toBe('precious\n')
    })

    test('removed is all of it, its log too, however deep its names are nested; what is gone can be removed again', async () => {
      const id = await made()
      await homes.keepLog(id, [line(1)])
      await subject.inHome(id, nestedNames)
      await homes.remove(id)
      await homes.remove(id)
      await expect(homes.measure(id, forever)).rejects.toThrow()
      expect(await homes.keptLog(id)).toEqual([])
      await homes.make(id)
      await homes.mount(id)
      expect(await subject.inHome(id, 'ls -A')).toBe('')
    })

    test('of its log the last that was kept is read, before there is a home too, and its person does not see it', async () => {
      const id = WorkspaceId.parse(randomUUID())
      expect(await homes.keptLog(id)).toEqual([])
      await homes.keepLog(id, [line(1), line(2), line(3)])
      expect(await homes.keptLog(id)).toEqual([line(1), line(2), line(3)])
      await homes.keepLog(id, [line(2)])
      expect(await homes.keptLog(id)).toEqual([line(2)])
      await homes.keepLog(id, [])
      expect(await homes.keptLog(id)).toEqual([])
      await homes.make(id)
      await homes.mount(id)
      expect(await subject.inHome(id, 'ls -A')).toBe('')
    })
  })
}
