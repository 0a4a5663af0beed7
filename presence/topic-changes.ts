import type { PresenceEntry } from '@arcx/router'

/** What readers follow: a workspace, or a person wherever they are. */
export type Topic = `workspace ${string}` | `person ${string}`

/** Somebody who has changed since a reader last looked. */
export interface Changed {
  readonly version: number
  readonly id: string
  /** Where they were before; whoever saw nothing of that is not told that they are gone. */
  readonly before: readonly PresenceEntry[]
}

interface Change {
  readonly version: number
  readonly id: string
  readonly before: PresenceEntry | null
}

interface TopicLog {
  /** Of what came later nothing is missing. */
  completeSince: number
  /** The newest last. */
  readonly changes: Change[]
  readonly listeners: Set<() => void>
}

const perTopic = 5000
const mostIdleTopics = 10_000

/**
 * What has changed, by what can be followed, so that a change costs as much as there are readers of it, however many
 * follow something else.
 */
export class TopicChanges {
  readonly #logs = new Map<Topic, TopicLog>()
  #version = 0
  /** Logs that ended no later than this may have been let go. */
  #forgotten = 0

  get version(): number {
    return this.#version
  }

  add(topics: Iterable<Topic>, id: string, before: PresenceEntry | null): void {
    this.#version += 1
    const change: Change = { version: this.#version, id, before }
    for (const topic of topics) {
      const log = this.#logOf(topic)
      log.changes.push(change)
      if (log.changes.length > 2 * perTopic)
        log.completeSince = log.changes.splice(0, perTopic).at(-1)?.version ?? log.completeSince
      for (const listener of log.listeners) listener()
    }
  }

  since(version: number, topics: readonly Topic[]): readonly Changed[] | null {
    if (version > this.#version) return null
    const byId = new Map<
      string,
      { version: number; readonly id: string; readonly before: Map<number, PresenceEntry> }
    >()
    for (const topic of topics) {
      const log = this.#logs.get(topic)
      if (version < (log?.completeSince ?? this.#forgotten)) return null
      const changes = log?.changes ?? []
      for (let index = changes.length - 1; index >= 0; index -= 1) {
        const change = changes[index]
        if (change === undefined || change.version <= version) break
        const known = byId.get(change.id) ?? { version: 0, id: change.id, before: new Map() }
        known.version = Math.max(known.version, change.version)
        if (change.before !== null) known.before.set(change.version, change.before)
        byId.set(change.id, known)
      }
    }
    return [...byId.values()]
      .sort((a, b) => a.version - b.version)
      .map(({ before, ...rest }) => ({ ...rest, before: [...before.values()] }))
  }

  listen(topics: readonly Topic[], listener: () => void): () => void {
    const logs = topics.map((topic) => this.#logOf(topic))
    for (const { listeners } of logs) listeners.add(listener)
    return () => {
      for (const { listeners } of logs) listeners.delete(listener)
    }
  }

  #logOf(topic: Topic): TopicLog {
    const known = this.#logs.get(topic)
    if (known !== undefined) return known
    if (this.#logs.size >= mostIdleTopics) this.#forgetIdle()
    const log: TopicLog = { completeSince: this.#forgotten, changes: [], listeners: new Set() }
    this.#logs.set(topic, log)
    return log
  }

  #forgetIdle(): void {
    for (const [topic, { changes, listeners }] of this.#logs) {
      if (listeners.size > 0) continue
      this.#forgotten = Math.max(this.#forgotten, changes.at(-1)?.version ?? 0)
      this.#logs.delete(topic)
    }
  }
}
