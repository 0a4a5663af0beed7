import { statfs } from 'node:fs/promises'
import { guarded } from './guarded.ts'
import { NotReady } from './health.ts'
import type { Log } from './log.ts'

/** A directory in which something is kept; several may lie on one file system. */
export interface WatchedDirectory {
  /** For a person: “the data directory”. */
  readonly name: string
  readonly path: string
}

export interface Room {
  readonly name: string
  readonly freeBytes: number
  readonly totalBytes: number
  readonly freeFiles: number
  /** 0 where the file system has no fixed number. */
  readonly totalFiles: number
}

/** `low`: below the reserve, so nothing new begins. `full`: nothing can be written. */
export type DiskLevel = 'enough' | 'low' | 'full'

export interface DiskState {
  readonly level: DiskLevel
  readonly rooms: readonly Room[]
}

type ReadRoom = (path: string) => Promise<Omit<Room, 'name'>>

export interface DiskWatchDependencies {
  readonly directories: readonly WatchedDirectory[]
  readonly reserveBytes: number
  readonly log: Log
  readonly everyMs?: number
  readonly read?: ReadRoom
}

/** PostgreSQL writes its log ahead in files of 16 MiB; with less than half of one free, a write fails sooner or later. */
const fullBytes = 8 * 2 ** 20
const fullFiles = 16
/** Of a file system's files, so that a small one is not low from the beginning. */
const reserveFiles = 10_000
const reserveFilesShare = 0.02
const freshMs = 1000

/** How much room is left, looked at every few seconds: whoever needs it hears of its end before a write fails. */
export class DiskWatch {
  readonly #dependencies: DiskWatchDependencies
  readonly #read: ReadRoom
  readonly #timer: NodeJS.Timeout
  readonly #listeners = new Set<(state: DiskState, before: DiskState) => void>()
  readonly #unreadable = new Set<string>()
  #state: DiskState = { level: 'enough', rooms: [] }
  #readAt = 0
  #reading: Promise<void> | null = null

  constructor(dependencies: DiskWatchDependencies) {
    this.#dependencies = dependencies
    this.#read = dependencies.read ?? roomAt
    this.#timer = setInterval(
      guarded(
        () => this.#refresh(),
        (error) => dependencies.log.error({ err: error }, 'room on disk was not looked at'),
      ),
      dependencies.everyMs ?? 2000,
    )
  }

  get state(): DiskState {
    return this.#state
  }

  get reserveBytes(): number {
    return this.#dependencies.reserveBytes
  }

  /** As it is now, give or take a second. */
  async now(): Promise<DiskState> {
    if (Date.now() - this.#readAt > freshMs) await this.#refresh()
    return this.#state
  }

  /** Called each time that it was looked at. */
  onLook(listener: (state: DiskState, before: DiskState) => void): void {
    this.#listeners.add(listener)
  }

  /** For `/readyz`. @throws {NotReady} where a disk is full. */
  async check(): Promise<void> {
    if ((await this.now()).level === 'full') throw new NotReady('full')
  }

  close(): void {
    clearInterval(this.#timer)
    this.#listeners.clear()
  }

  #refresh(): Promise<void> {
    this.#reading ??= this.#look().finally(() => (this.#reading = null))
    return this.#reading
  }

  async #look(): Promise<void> {
    const { directories, reserveBytes, log } = this.#dependencies
    const rooms = (await Promise.all(directories.map((directory) => this.#roomAt(directory)))).flat()
    const before = this.#state
    this.#state = { level: rooms.map((room) => levelOf(room, reserveBytes)).reduce(worse, 'enough'), rooms }
    this.#readAt = Date.now()
    if (before.level !== this.#state.level)
      log[this.#state.level === 'enough' ? 'info' : 'error'](
        { room: this.#state.level, rooms, reserveBytes },
        'room on disk',
      )
    for (const listener of this.#listeners) listener(this.#state, before)
  }

  /** Nothing where it cannot be told, which is said once. */
  async #roomAt({ name, path }: WatchedDirectory): Promise<readonly Room[]> {
    try {
      const room = await this.#read(path)
      this.#unreadable.delete(name)
      return [{ name, ...room }]
    } catch (error) {
      if (!this.#unreadable.has(name))
        this.#dependencies.log.warn({ err: error, directory: name }, 'how much room there is on disk cannot be told')
      this.#unreadable.add(name)
      return []
    }
  }
}

export function levelOf(room: Omit<Room, 'name'>, reserveBytes: number): DiskLevel {
  if (room.freeBytes < fullBytes) return 'full'
  if (room.totalFiles > 0 && room.freeFiles < fullFiles) return 'full'
  if (room.freeBytes < reserveBytes) return 'low'
  return room.totalFiles > 0 && room.freeFiles < Math.min(reserveFiles, room.totalFiles * reserveFilesShare)
    ? 'low'
    : 'enough'
}

const order: readonly DiskLevel[] = ['enough', 'low', 'full']
const worse = (one: DiskLevel, other: DiskLevel): DiskLevel => (order.indexOf(one) > order.indexOf(other) ? one : other)

/** What is free for everybody: what the file system keeps for root alone is no help to PostgreSQL, which runs as somebody else. */
async function roomAt(path: string): Promise<Omit<Room, 'name'>> {
  const { bavail, bsize, blocks, ffree, files } = await statfs(path)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: ffree, totalFiles: files }
}
