import { PresenceEntry } from '@arcx/router'
import type { PresencePlace, Present } from '@arcx/router'
import { TopicChanges } from './topic-changes.ts'
import type { Changed, Topic } from './topic-changes.ts'

const idOf = ({ userId, agent }: PresenceEntry): string => (agent === null ? userId : `${userId}/${agent}`)
const stateRank = { active: 0, idle: 1, away: 2 } as const

/** Which of somebody's places a reader sees, and how much of each; null for none of it. */
export type View = (entry: PresenceEntry) => PresencePlace | null

/** Who is here, by their clients; every change has a number, from which a reader can go on. */
export class PresenceRegistry {
  /** By holder and key. */
  readonly #entries = new Map<string, PresenceEntry>()
  readonly #byPerson = new Map<string, Set<string>>()
  /** Ids of those who are there, by what they can be followed by. */
  readonly #byTopic = new Map<Topic, Map<string, number>>()
  readonly #changes = new TopicChanges()

  get version(): number {
    return this.#changes.version
  }

  get size(): number {
    return this.#entries.size
  }

  set(holder: string, entry: PresenceEntry): void {
    const key = `${holder} ${entry.key}`
    const before = this.#entries.get(key)
    if (before !== undefined && same(before, entry)) return
    if (before !== undefined && idOf(before) !== idOf(entry)) {
      this.end(holder, entry.key)
      return this.set(holder, entry)
    }
    this.#entries.set(key, entry)
    const id = idOf(entry)
    const keys = this.#byPerson.get(id) ?? new Set()
    this.#byPerson.set(id, keys.add(key))
    this.#changed(id, before ?? null, entry)
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
    this.#changed(id, entry, null)
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

  everybody(topics: readonly Topic[], view: View): Present[] {
    const ids = new Set(topics.flatMap((topic) => [...(this.#byTopic.get(topic)?.keys() ?? [])]))
    return [...ids]
      .flatMap((id) => this.person(id, view) ?? [])
      .sort((a, b) => a.login.localeCompare(b.login) || a.id.localeCompare(b.id))
  }

  /** Who has changed since, each once and with the number of their last change, in its order; null where that is not remembered. */
  changedSince(version: number, topics: readonly Topic[]): readonly Changed[] | null {
    return this.#changes.since(version, topics)
  }

  /** Calls after each change of what is followed, until what it returns is called. */
  listen(topics: readonly Topic[], listener: () => void): () => void {
    return this.#changes.listen(topics, listener)
  }

  #changed(id: string, before: PresenceEntry | null, after: PresenceEntry | null): void {
    for (const topic of topicsOf(before)) this.#count(topic, id, -1)
    for (const topic of topicsOf(after)) this.#count(topic, id, 1)
    this.#changes.add(new Set([...topicsOf(before), ...topicsOf(after)]), id, before)
  }

  #count(topic: Topic, id: string, by: 1 | -1): void {
    const ids = this.#byTopic.get(topic) ?? new Map<string, number>()
    const count = (ids.get(id) ?? 0) + by
    if (count > 0) ids.set(id, count)
    else ids.delete(id)
    if (ids.size > 0) this.#byTopic.set(topic, ids)
    else this.#byTopic.delete(topic)
  }
}

function topicsOf(entry: PresenceEntry | null): readonly Topic[] {
  if (entry === null) return []
  const { workspaceId } = entry.place
  return workspaceId === null ? [`person ${entry.userId}`] : [`person ${entry.userId}`, `workspace ${workspaceId}`]
}

/** Where somebody is at work comes before where they only are. */
const rankOf = (place: PresencePlace): number =>
  stateRank[place.state] * 4 + (place.typing ? 0 : 2) + (place.file === null ? 1 : 0)

const same = (a: PresenceEntry, b: PresenceEntry): boolean =>
  JSON.stringify(PresenceEntry.parse(a)) === JSON.stringify(PresenceEntry.parse(b))
