import type { DomainEvent } from '@arcx/router'
import { guarded } from '@arcx/service-kit/guarded'
import type { Log } from '@arcx/service-kit/log'
import type { Feed } from './events/feed.ts'
import type { Exec } from './exec/exec.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { Sockets } from './http/sockets.ts'
import type { Sessions } from './identity/sessions.ts'
import type { PresenceService } from './presence/presence-service.ts'

export interface RevocationsDependencies {
  readonly feed: Feed
  readonly sessions: Sessions
  readonly gateway: Gateway
  readonly sockets: Sockets
  readonly exec: Exec
  readonly presence: PresenceService
  readonly log: Log
}

/** From now on, wherever a session is ended, a right taken or a workspace stopped, what is open by it is closed in every copy. */
export function closeWhatIsRevoked(dependencies: RevocationsDependencies): { close(): void } {
  const { feed, log } = dependencies
  const following = new AbortController()
  const close = guarded(
    (event: DomainEvent) => closeFor(dependencies, event),
    (error) => log.error({ err: error }, 'what has ended was not closed'),
  )
  const follow = async () => {
    for await (const item of feed.subscribe(undefined, following.signal)) if (!('gap' in item)) close(item.event)
  }
  void follow().catch((error: unknown) => log.error({ err: error }, 'what has ended is not closed any more'))
  return { close: () => following.abort() }
}

async function closeFor(
  { sessions, gateway, sockets, exec, presence }: RevocationsDependencies,
  event: DomainEvent,
): Promise<void> {
  switch (event.type) {
    case 'identity.token-ended':
      return sockets.endCredential(event.tokenId)
    case 'identity.session-ended':
      sessions.forget(event.sessionId)
      gateway.endSession(event.sessionId)
      return sockets.endCredential(event.sessionId)
    case 'identity.account-changed':
      sessions.forget()
      return sockets.accountChanged(event.userId)
    case 'workspaces.changed': {
      const { id, state } = event.workspace
      // One that is being stopped still has to say what it has to say.
      if (state !== 'running' && state !== 'stopping') gateway.endWorkspace(id)
      return
    }
    case 'teams.changed':
      await Promise.all(
        event.userIds.flatMap((userId) => [gateway.recheck(userId), exec.recheck(userId), presence.recheck(userId)]),
      )
      return
    case 'workspaces.removed':
    case 'workflows.run-changed':
  }
}
