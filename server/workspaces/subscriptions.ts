import type { DomainEvent, Resume, Tracked, UserActor, Workspace, WorkspaceChange } from '@arcx/router'
import { maySee, rightsKey, rightsTo } from '../authorization/checks.ts'
import { chosen } from '../events/chosen.ts'
import type { Feed, FeedItem } from '../events/feed.ts'
import { SharedWork } from '../events/shared-work.ts'
import type { WorkspaceAccess } from './access.ts'
import { ChangeCache } from './change-cache.ts'

/** Changes of the workspaces that an actor may see, as they happen. */
export class WorkspaceSubscriptions {
  readonly #access: WorkspaceAccess
  readonly #feed: Feed
  readonly #list: (actor: UserActor) => Promise<readonly Workspace[]>
  readonly #cachedChanges = new ChangeCache()
  readonly #sharedChanges = new SharedWork<WorkspaceChange | null>()

  constructor(access: WorkspaceAccess, feed: Feed, list: (actor: UserActor) => Promise<readonly Workspace[]>) {
    this.#access = access
    this.#feed = feed
    this.#list = list
  }

  onChange(actor: UserActor, { after, signal }: Resume): AsyncIterable<Tracked<WorkspaceChange>> {
    const rights = rightsKey(actor)
    return chosen(
      this.#feed.subscribe(after, signal, (event) => mayConcern(actor, event)),
      async (item) => {
        // All windows of a person get the same change at the same time: it is made once.
        const data = await this.#sharedChanges.of(`${'gap' in item ? 'gap' : 'event'} ${item.sequence} ${rights}`, () =>
          this.#changeFor(actor, item),
        )
        return data === null ? null : { id: String(item.sequence), data }
      },
    )
  }

  /** The change as this actor sees it; null where it does not concern them. */
  async #changeFor(actor: UserActor, item: FeedItem): Promise<WorkspaceChange | null> {
    // After a change of teams others have come into view, or gone from it.
    if ('gap' in item || item.event.type === 'teams.changed')
      return { type: 'snapshot', workspaces: await this.#list(actor) }
    if (item.event.type === 'workspaces.changed') {
      const actorWithTeams = await this.#access.withTeams(actor)
      const { workspace } = item.event
      return maySee(actorWithTeams, workspace)
        ? this.#cachedChanges.of(workspace, rightsTo(actorWithTeams, workspace))
        : null
    }
    if (item.event.type !== 'workspaces.removed') return null
    const { workspaceId, ownerId, teamId } = item.event
    return maySee(await this.#access.withTeams(actor), { id: workspaceId, ownerId, teamId, createdById: null })
      ? { type: 'removed', workspaceId }
      : null
  }
}

/** Whether an event may change what the actor sees; of a team's workspaces their membership decides later. */
function mayConcern(actor: UserActor, event: DomainEvent): boolean {
  if (event.type === 'teams.changed') return event.userIds.includes(actor.userId)
  if (event.type === 'workspaces.changed')
    return event.workspace.teamId !== null || event.workspace.ownerId === actor.userId
  return event.type === 'workspaces.removed' && (event.teamId !== null || event.ownerId === actor.userId)
}
