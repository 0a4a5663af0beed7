import { PresenceEntry } from '@arcx/router'
import type { Place, Present } from '@arcx/router'

const remembered = 5000

const idOf = ({ userId, agent }: PresenceEntry): string => (agent === null ? userId : `${userId}/${agent}`)
const stateRank = { active: 0, idle: 1, away: 2 } as const

/** Which of somebody's places a reader sees, and how much of each; null for none of it. */
export type View = (entry: PresenceEntry) => Place | null

interface Change {
  readonly version: number
  readonly id: string
}

/** Who is here, by their clients; every change has a number, from which a reader can go on. */
export class Roll {
  /** By holder and key. */
  readonly #entries = new Map<string, PresenceEntry>()
  readonly #byPerson = new Map<string, Set<string>>()
  #version = 0
  /** Who changed with which number; the newest last, and as many as are remembered. */
  readonly #changes: Change[] = []
  readonly #listeners = new Set<() => void>()

  get version(): number {
    return this.#version
  }

  get size(): number {
    return this.#entries.size
  }

  set(holder: string, entry: PresenceEntry): void {
    const key = `${holder} ${entry.key}`
    const before = this.#entries.get(key)
    if (before !== undefined && same(before, entry)) return
    if (before !== undefined && idOf(before) !== idOf(entry)) this.end(holder, entry.key)
    this.#entries.set(key, entry)
    const id = idOf(entry)
    const keys = this.#byPerson.get(id) ?? new Set()
    this.#byPerson.set(id, keys.add(key))
    this.#changed(id)
  }

  end(holder: string, entryKey: string): void {
    const key = `${holder} ${entryKey}`
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    const id = idOf(entry)
    const keys = this.#byPerson.get(id)
    keys?.delete(key)
    if (keys?.size === 0) this.#byPerson.delete(id)
    this.#changed(id)
  }

  endAll(holder: string): void {
    for (const key of this.#entries.keys())
      if (key.startsWith(`${holder} `)) this.end(holder, key.slice(holder.length + 1))
  }

  keysOf(holder: string): string[] {
    return [...this.#entries.keys()]
      .filter((key) => key.startsWith(`${holder} `))
      .map((key) => key.slice(holder.length + 1))
  }

  /** Somebody as a reader sees them; undefined where they see nothing of them. */
  person(id: string, view: View): Present | undefined {
    const entries = [...(this.#byPerson.get(id) ?? [])].flatMap((key) => this.#entries.get(key) ?? [])
    const [first] = entries
    const places = entries.flatMap((entry) => view(entry) ?? [])
    if (first === undefined || places.length === 0) return undefined
    places.sort((a, b) => rankOf(a) - rankOf(b))
    return { id, userId: first.userId, login: first.login, name: first.name, agent: first.agent, places }
  }

  everybody(view: View): Present[] {
    return [...this.#byPerson.keys()]
      .flatMap((id) => this.person(id, view) ?? [])
      .sort((a, b) => a.login.localeCompare(b.login) || a.id.localeCompare(b.id))
  }

  /** Who has changed since, each once and with the number of their last change, in its order; null where that is not remembered. */
  changedSince(version: number): readonly Change[] | null {
    if (version > this.#version) return null
    if (version < (this.#changes[0]?.version ?? this.#version + 1) - 1) return null
    const latest = new Map<string, Change>()
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index]
      if (change === undefined || change.version <= version) break
      if (!latest.has(change.id)) latest.set(change.id, change)
    }
    return [...latest.values()].toReversed()
  }

  /** Calls after each change, until what it returns is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #changed(id: string): void {
    this.#version += 1
    this.#changes.push({ version: this.#version, id })
    if (this.#changes.length > 2 * remembered) this.#changes.splice(0, remembered)
    for (const listener of this.#listeners) listener()
  }
}

/** Where somebody is at work comes before where they only are. */
const rankOf = (place: Place): number =>
  stateRank[place.state] * 4 + (place.typing ? 0 : 2) + (place.file === null ? 1 : 0)

const same = (a: PresenceEntry, b: PresenceEntry): boolean =>
  JSON.stringify(PresenceEntry.parse(a)) === JSON.stringify(PresenceEntry.parse(b))
