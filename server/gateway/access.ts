import type { IncomingMessage } from 'node:http'
import { ArcError, SessionId, WorkspaceId } from '@arcx/router'
import type { UserId } from '@arcx/router'
import type { Addresses } from '../addresses.ts'
import { sign, verify } from '../credentials/signing.ts'
import type { SigningKey } from '../credentials/signing.ts'
import { readCookie, writeCookie } from '../browser/cookies.ts'
import { hasSoundPort } from './forwarding.ts'
import type { ConnectedPerson } from './open-connections.ts'
import { mayCross } from './origin-check.ts'

const workspaceSessionSeconds = 12 * 3600

export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

export type AccessDecision =
  | {
      readonly kind: 'open'
      readonly workspaceId: WorkspaceId
      readonly name: string
      readonly incarnation: number
      readonly visitor: ConnectedPerson
    }
  | { readonly kind: 'resting' }
  | { readonly kind: 'stranger' }
  /** Renamed to `name` since this browser came in; what has the old name now, if anything, this person may not see. */
  | {
      readonly kind: 'moved'
      readonly workspaceId: WorkspaceId
      readonly name: string
      readonly incarnation: number
      readonly visitor: ConnectedPerson
    }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }

export interface GatewayAccessDependencies {
  readonly addresses: Addresses
  readonly key: SigningKey
  readonly sessions: { personOfSession(sessionId: SessionId): Promise<ConnectedPerson | null> }
  readonly admission: {
    admit(
      person: ConnectedPerson,
      name: string,
    ): Promise<{ workspaceId: WorkspaceId; running: boolean; incarnation: number }>
    /** What a workspace is called now; null where it is gone or the person may not open it. */
    whereabouts(
      person: ConnectedPerson,
      workspaceId: WorkspaceId,
    ): Promise<{ name: string; incarnation: number } | null>
  }
}

/** Who may open the workspace of a name, by the cookie of its host. */
export class GatewayAccess {
  readonly #dependencies: GatewayAccessDependencies

  constructor(dependencies: GatewayAccessDependencies) {
    this.#dependencies = dependencies
  }

  /** The `Set-Cookie` that grants a browser access from now on. */
  cookieFor(sessionId: SessionId, userId: UserId, workspaceId: WorkspaceId): string {
    const expiry = Math.floor(Date.now() / 1000) + workspaceSessionSeconds
    const cookie = sign(this.#dependencies.key, [sessionId, userId, workspaceId, String(expiry)])
    return writeCookie('arc_workspace', cookie, workspaceSessionSeconds, this.#dependencies.addresses.secure)
  }

  /** One check for requests and upgrades alike. */
  async of(name: string, request: RequestHead, isUpgrade: boolean): Promise<AccessDecision> {
    const { addresses, key } = this.#dependencies
    const refused = (status: number, message: string): AccessDecision => ({ kind: 'refused', status, message })
    if (!mayCross(request.method ?? 'GET', request.headers, addresses.workspaceOrigin(name), isUpgrade)) {
      return refused(403, 'The request came from another site and was refused.')
    }
    if (!hasSoundPort(request.url ?? '/')) return refused(400, 'That is not a port of the workspace.')
    const cookie = readCookie(request.headers.cookie, 'arc_workspace', addresses.secure)
    const claims = cookie === undefined ? null : verify(key, cookie, 4)
    if (claims === null || Number(claims[3]) * 1000 <= Date.now()) return { kind: 'stranger' }
    const session = SessionId.safeParse(claims[0])
    const visitor = session.success ? await this.#dependencies.sessions.personOfSession(session.data) : null
    if (visitor === null || visitor.userId !== claims[1]) return { kind: 'stranger' }
    try {
      const { workspaceId, running, incarnation } = await this.#dependencies.admission.admit(visitor, name)
      // The name may be another workspace's by now.
      if (workspaceId !== claims[2]) return { kind: 'stranger' }
      return running ? { kind: 'open', workspaceId, name, incarnation, visitor } : { kind: 'resting' }
    } catch (error) {
      if (!(error instanceof ArcError) || error.kind === 'Unavailable') throw error
      return (await this.#moved(visitor, claims[2])) ?? refused(error.kind === 'Forbidden' ? 403 : 404, error.message)
    }
  }

  /** Where the workspace went by which this browser came in; null where it may not know. */
  async #moved(visitor: ConnectedPerson, claimed: string | undefined): Promise<AccessDecision | null> {
    const workspaceId = WorkspaceId.safeParse(claimed)
    if (!workspaceId.success) return null
    const now = await this.#dependencies.admission.whereabouts(visitor, workspaceId.data)
    return now === null ? null : { kind: 'moved', workspaceId: workspaceId.data, ...now, visitor }
  }
}
