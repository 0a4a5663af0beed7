import type { DomainEvent, Resume, TeamChange, Tracked, UserActor } from '@arcx/router'
import { chosen } from '../events/chosen.ts'
import type { Feed } from '../events/feed.ts'
import type { Memberships } from './memberships.ts'

/** After a gap in the events any team may have changed. */
const anyTeam: TeamChange = { teamId: null }

type TeamsChanged = Extract<DomainEvent, { type: 'teams.changed' }>

/** Tells people of changes of the teams that they are, or were, in. */
export class TeamSubscriptions {
  readonly #feed: Feed
  readonly #memberships: Memberships
  /** What subscribers are told of an event, made once for all of them. */
  readonly #changes = new WeakMap<TeamsChanged, TeamChange>()

  constructor(feed: Feed, memberships: Memberships) {
    this.#feed = feed
    this.#memberships = memberships
  }

  open(actor: UserActor, { after, signal }: Resume): AsyncIterable<Tracked<TeamChange>> {
    return chosen(
      this.#feed.subscribe(after, signal, ({ type }) => type === 'teams.changed'),
      async (item) => {
        const id = String(item.sequence)
        if ('gap' in item) return { id, data: anyTeam }
        if (item.event.type !== 'teams.changed') return null
        const { teamId, userIds } = item.event
        return userIds.includes(actor.userId) || (await this.#memberships.of(actor.userId)).has(teamId)
          ? { id, data: this.#changeOf(item.event) }
          : null
      },
    )
  }

  #changeOf(event: TeamsChanged): TeamChange {
    const known = this.#changes.get(event) ?? { teamId: event.teamId }
    this.#changes.set(event, known)
    return known
  }
}
