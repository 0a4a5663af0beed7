import type { CollabEntry, CollabPort, CollabPresence, CollabRight, UserActor, Workspace, WorkspaceId, WorkspaceOperation } from '@arcx/router'
import type { Tickets } from '@arcx/service-kit/tickets'

const ticketMs = 60_000

export interface CollabNeeds {
  readonly tickets: Tickets
  /** Where team-state takes WebSockets. */
  readonly url: string
  /** @throws `workspace_not_found`. */
  workspaceOf(actor: UserActor, id: WorkspaceId): Promise<Pick<Workspace, 'may' | 'teamId'>>
  /** What a person may do with a workspace by what they came in with; none where any of them is gone. */
  mayOf(present: CollabPresence): Promise<readonly WorkspaceOperation[]>
}

/** Who may write together in a workspace: whoever may run programs in it may write, whoever may see it may read. */
export class Collab implements CollabPort {
  readonly #needs: CollabNeeds

  constructor(needs: CollabNeeds) {
    this.#needs = needs
  }

  async ticket(actor: UserActor, workspaceId: WorkspaceId): Promise<CollabEntry> {
    const { may: operations, teamId } = await this.#needs.workspaceOf(actor, workspaceId)
    const may = rightOf(operations) ?? 'read'
    const expiresAt = Date.now() + ticketMs
    const ticket = this.#needs.tickets.issue({ userId: actor.userId, by: actor.via === 'session' ? { via: 'session', id: actor.sessionId } : { via: 'token', id: actor.tokenId }, login: actor.login, name: actor.name, workspaceId, teamId, may, expiresAt })
    return { url: `${this.#needs.url}/workspaces/${workspaceId}`, ticket, may, expiresAt: new Date(expiresAt).toISOString() }
  }

  rights(present: readonly CollabPresence[]): Promise<readonly (CollabRight | null)[]> {
    return Promise.all(present.map(async (each) => rightOf(await this.#needs.mayOf(each))))
  }
}

function rightOf(may: readonly WorkspaceOperation[]): CollabRight | null {
  if (may.includes('exec')) return 'write'
  return may.includes('see') ? 'read' : null
}
