import { randomUUID } from 'node:crypto'
import { ArcError } from '@arcx/router'
import type {
  ClientConnection,
  DomainEvent,
  PresencePlace,
  PresenceChange,
  PresencePort,
  Resume,
  TeamId,
  Tracked,
  UserActor,
  UserId,
  Workspace,
  WorkspaceId,
  WorkspaceOperation,
} from '@arcx/router'
import type { Presence } from '@arcx/presence/presence'
import type { View } from '@arcx/presence/registry'
import type { Topic } from '@arcx/presence/topic-changes'
import { requireMay } from '../authorization/checks.ts'
import type { Principal } from '../authorization/checks.ts'
import type { Feed } from '../events/feed.ts'

const leaseMs = 8000
const perPerson = 60
/** What changes faster is told together. */
const gatherMs = 100

export interface PresenceDependencies {
  readonly presence: Presence
  readonly feed: Feed
  /** @throws `workspace_not_found`. */
  readonly workspaces: { get(actor: UserActor, id: WorkspaceId): Promise<Pick<Workspace, 'teamId' | 'may'>> }
  /** What a person may do with a workspace now. */
  accessOf(principal: Principal, id: WorkspaceId): Promise<Pick<Workspace, 'may'>>
  /** @throws `team_not_found`. */
  readonly teams: { membersOf(actor: UserActor, id: TeamId): Promise<readonly UserId[]> }
}

/** Who is here, as the router tells it: what people say of themselves, and what others may see of that. */
export class PresenceService implements PresencePort {
  readonly #dependencies: PresenceDependencies
  readonly #leases = new Map<string, NodeJS.Timeout>()

  constructor(dependencies: PresenceDependencies) {
    this.#dependencies = dependencies
  }

  async set(
    actor: UserActor,
    connection: ClientConnection | null,
    tab: string,
    place: PresencePlace | null,
    agent: string | null,
  ): Promise<void> {
    const { presence } = this.#dependencies
    const key =
      connection === null
        ? `${actor.via === 'session' ? actor.sessionId : actor.tokenId} ${tab}`
        : `${connection.id} ${tab}`
    if (place === null) return this.#end(key)
    if (place.workspaceId === null) requireMay({ ...actor, teams: new Map() }, 'presence.set', { kind: 'self' })
    const teamId =
      place.workspaceId === null ? null : (await this.#dependencies.workspaces.get(actor, place.workspaceId)).teamId
    if (connection?.closed.aborted === true) return
    const own = presence.own()
    if (!own.some((entry) => entry.key === key)) {
      if (own.filter(({ userId }) => userId === actor.userId).length >= perPerson)
        throw new ArcError(
          'LimitReached',
          'too_many_clients',
          `You are here by ${perPerson} clients already. Close some.`,
        )
      connection?.closed.addEventListener('abort', () => this.#end(key), { once: true })
    }
    presence.set({ key, userId: actor.userId, login: actor.login, name: actor.name, agent, teamId, place })
    if (connection !== null) return
    clearTimeout(this.#leases.get(key))
    this.#leases.set(
      key,
      setTimeout(() => this.#end(key), leaseMs),
    )
  }

  /** Somebody runs a program in a workspace, or forwards a port, until what it returns is called. */
  atWork(actor: UserActor, workspaceId: WorkspaceId): () => void {
    const key = randomUUID()
    let over = false
    void this.#dependencies.workspaces.get(actor, workspaceId).then(
      ({ teamId }) => {
        if (!over)
          this.#dependencies.presence.set({
            key,
            userId: actor.userId,
            login: actor.login,
            name: actor.name,
            agent: null,
            teamId,
            place: { client: 'cli', workspaceId, file: null, line: null, typing: false, state: 'active' },
          })
      },
      () => undefined,
    )
    return () => {
      over = true
      this.#dependencies.presence.end(key)
    }
  }

  /** Somebody's rights have changed: where they may no longer be, they are not. */
  async recheck(userId: UserId): Promise<void> {
    const theirs = this.#dependencies.presence.own().filter((entry) => entry.userId === userId)
    await Promise.all(
      theirs.map(async (entry) => {
        const { workspaceId } = entry.place
        if (workspaceId === null) return
        const { may } = await this.#dependencies
          .accessOf({ via: 'session', userId }, workspaceId)
          .catch(() => ({ may: [] as readonly WorkspaceOperation[] }))
        if (!may.includes('see'))
          this.#dependencies.presence.set({ ...entry, teamId: null, place: elsewhere(entry.place) })
      }),
    )
  }

  onWorkspace(actor: UserActor, workspaceId: WorkspaceId, resume: Resume): AsyncIterable<Tracked<PresenceChange>> {
    const touches = (event: DomainEvent) =>
      event.type === 'teams.changed'
        ? event.userIds.includes(actor.userId)
        : event.type === 'workspaces.removed' && event.workspaceId === workspaceId
    return this.#follow(resume, touches, async () => {
      await this.#dependencies.workspaces.get(actor, workspaceId)
      return {
        topics: [`workspace ${workspaceId}`],
        view: ({ place }) => (place.workspaceId === workspaceId ? place : null),
      }
    })
  }

  onTeam(actor: UserActor, teamId: TeamId, resume: Resume): AsyncIterable<Tracked<PresenceChange>> {
    const touches = (event: DomainEvent) => event.type === 'teams.changed' && event.teamId === teamId
    return this.#follow(resume, touches, async () => {
      const ids = new Set<string>(await this.#dependencies.teams.membersOf(actor, teamId))
      return {
        topics: [...ids].map((id) => `person ${id}` as const),
        view(entry) {
          if (!ids.has(entry.userId)) return null
          // Where its people are besides is nobody's business here.
          return entry.teamId === teamId ? entry.place : elsewhere(entry.place)
        },
      }
    })
  }

  close(): void {
    for (const timer of this.#leases.values()) clearTimeout(timer)
  }

  #end(key: string): void {
    clearTimeout(this.#leases.get(key))
    this.#leases.delete(key)
    this.#dependencies.presence.end(key)
  }

  /** `look` decides what the actor sees; it is asked again whenever an event touches that. */
  async *#follow(
    { after, signal }: Resume,
    touches: (event: DomainEvent) => boolean,
    look: () => Promise<Scope>,
  ): AsyncIterable<Tracked<PresenceChange>> {
    const { presence, feed } = this.#dependencies
    const { registry, holder } = presence
    const over = new AbortController()
    const ended = AbortSignal.any([signal, over.signal])
    let { topics, view } = await look()
    let stale = false
    let due = false
    let wake = () => {}
    const wakeUp = () => {
      due = true
      wake()
    }
    let stopListening = registry.listen(topics, wakeUp)
    ended.addEventListener('abort', wakeUp)
    void (async () => {
      let begun = false
      for await (const item of feed.subscribe(undefined, ended, touches)) {
        if ('event' in item || begun) {
          stale = true
          wake()
        }
        begun = true
      }
    })()
    try {
      const [from, number = ''] = (after ?? '').split(':')
      let version = from === holder && /^\d{1,15}$/.test(number) ? Number(number) : -1
      while (!ended.aborted) {
        const anew = stale
        stale = false
        due = false
        if (anew) {
          ;({ topics, view } = await look())
          stopListening()
          stopListening = registry.listen(topics, wakeUp)
        }
        const changed = version < 0 || anew ? null : registry.changedSince(version, topics)
        if (changed === null) {
          version = registry.version
          yield { id: `${holder}:${version}`, data: { type: 'snapshot', present: registry.everybody(topics, view) } }
        } else {
          version = registry.version
          for (const change of changed) {
            const id = `${holder}:${change.version}`
            const present = registry.person(change.id, view)
            if (present !== undefined) yield { id, data: { type: 'here', present } }
            else if (change.before.some((entry) => view(entry) !== null))
              yield { id, data: { type: 'gone', id: change.id } }
          }
        }
        if (!due && !stale) {
          await new Promise<void>((resolve) => {
            wake = resolve
            if (ended.aborted) resolve()
          })
        }
        if (!ended.aborted) await new Promise((resolve) => setTimeout(resolve, gatherMs))
      }
    } finally {
      over.abort()
      stopListening()
      ended.removeEventListener('abort', wakeUp)
    }
  }
}

/** What a reader follows, and what they see of it. */
interface Scope {
  readonly topics: readonly Topic[]
  readonly view: View
}

const elsewhere = (place: PresencePlace): PresencePlace => ({
  ...place,
  workspaceId: null,
  file: null,
  line: null,
  typing: false,
})
