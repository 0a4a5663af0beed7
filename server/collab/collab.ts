import { errors } from '@arcx/router'
import type {
  CollabEntry,
  CollabPort,
  CollabPresence,
  CollabRight,
  SessionActor,
  TeamId,
  UserActor,
  WorkspaceId,
  WorkspaceOperation,
} from '@arcx/router'
import type { Tickets } from '@arcx/router/collab-ticket'
import type { Principal } from '../authorization/checks.ts'

const ticketMs = 60_000

/** What somebody may do with a workspace, and whose it is. */
interface WorkspaceAccess {
  readonly may: readonly WorkspaceOperation[]
  readonly teamId: TeamId | null
}

type Person = Pick<UserActor, 'userId' | 'login' | 'name'>

export interface CollabDependencies {
  readonly tickets: Tickets
  /** Where team-state takes WebSockets. */
  readonly url: string
  /** @throws `workspace_not_found`. */
  readonly workspaces: { get(actor: UserActor, id: WorkspaceId): Promise<WorkspaceAccess> }
  /** Who came in with a session or a token; null where that has ended. */
  principalOf(by: CollabPresence['by']): Promise<(Principal & Pick<UserActor, 'status'>) | null>
  accessOf(principal: Principal, id: WorkspaceId): Promise<WorkspaceAccess>
}

/** Who may write together in a workspace: whoever may run programs in it may write, whoever may see it may read. */
export class Collab implements CollabPort {
  readonly #dependencies: CollabDependencies

  constructor(dependencies: CollabDependencies) {
    this.#dependencies = dependencies
  }

  async ticket(actor: UserActor, workspaceId: WorkspaceId): Promise<CollabEntry> {
    return this.#entry(
      actor,
      actor.via === 'session' ? { via: 'session', id: actor.sessionId } : { via: 'token', id: actor.tokenId },
      workspaceId,
      await this.#dependencies.workspaces.get(actor, workspaceId),
    )
  }

  /** For a window on a workspace's host, which the gateway has let in. @throws `workspace_not_found`. */
  async ticketFor(person: Person & Pick<SessionActor, 'sessionId'>, workspaceId: WorkspaceId): Promise<CollabEntry> {
    const by = { via: 'session', id: person.sessionId } as const
    return this.#entry(person, by, workspaceId, await this.#accessOf({ userId: person.userId, workspaceId, by }))
  }

  rights(present: readonly CollabPresence[]): Promise<readonly (CollabRight | null)[]> {
    return Promise.all(present.map(async (each) => rightOf((await this.#accessOf(each)).may)))
  }

  /** By what a person came in with; nothing where any of them is gone. */
  async #accessOf({ userId, workspaceId, by }: CollabPresence): Promise<WorkspaceAccess> {
    const principal = await this.#dependencies.principalOf(by)
    return principal?.userId === userId && principal.status === 'active'
      ? this.#dependencies.accessOf(principal, workspaceId)
      : { may: [], teamId: null }
  }

  #entry(
    { userId, login, name }: Person,
    by: CollabPresence['by'],
    workspaceId: WorkspaceId,
    access: WorkspaceAccess,
  ): CollabEntry {
    const may = rightOf(access.may)
    if (may === null) throw errors.workspaceNotFound()
    const expiresAt = Date.now() + ticketMs
    const ticket = this.#dependencies.tickets.issue({
      userId,
      by,
      login,
      name,
      workspaceId,
      teamId: access.teamId,
      may,
      expiresAt,
    })
    return {
      url: `${this.#dependencies.url}/workspaces/${workspaceId}`,
      ticket,
      may,
      expiresAt: new Date(expiresAt).toISOString(),
    }
  }
}

function rightOf(may: readonly WorkspaceOperation[]): CollabRight | null {
  if (may.includes('exec')) return 'write'
  return may.includes('see') ? 'read' : null
}
