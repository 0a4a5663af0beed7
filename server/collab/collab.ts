import type { CollabEntry, CollabPort, CollabRight, UserActor, UserId, Workspace, WorkspaceId, WorkspaceOperation } from '@arcx/router'
import type { Tickets } from '@arcx/service-kit/tickets'

const ticketMs = 60_000

export interface CollabNeeds {
  readonly tickets: Tickets
  /** Where team-state takes WebSockets. */
  readonly url: string
  nameOf(userId: UserId): Promise<string>
  /** @throws `workspace_not_found`. */
  workspaceOf(actor: UserActor, id: WorkspaceId): Promise<Pick<Workspace, 'may'>>
  /** What a person may do with a workspace by a browser; none where either is gone. */
  mayOf(userId: UserId, workspaceId: WorkspaceId): Promise<readonly WorkspaceOperation[]>
}

/** Who may write together in a workspace: whoever may run programs in it may write, whoever may see it may read. */
export class Collab implements CollabPort {
  readonly #needs: CollabNeeds

  constructor(needs: CollabNeeds) {
    this.#needs = needs
  }

  async ticket(actor: UserActor, workspaceId: WorkspaceId): Promise<CollabEntry> {
    const may = rightOf((await this.#needs.workspaceOf(actor, workspaceId)).may) ?? 'read'
    const expiresAt = Date.now() + ticketMs
    const ticket = this.#needs.tickets.issue({ userId: actor.userId, login: actor.login, name: await this.#needs.nameOf(actor.userId), workspaceId, may, expiresAt })
    return { url: `${this.#needs.url}/workspaces/${workspaceId}`, ticket, may, expiresAt: new Date(expiresAt).toISOString() }
  }

  rights(pairs: readonly { readonly userId: UserId; readonly workspaceId: WorkspaceId }[]): Promise<readonly (CollabRight | null)[]> {
    return Promise.all(pairs.map(async ({ userId, workspaceId }) => rightOf(await this.#needs.mayOf(userId, workspaceId))))
  }
}

function rightOf(may: readonly WorkspaceOperation[]): CollabRight | null {
  if (may.includes('exec')) return 'write'
  return may.includes('see') ? 'read' : null
}
