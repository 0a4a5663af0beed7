import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { CollabEntry, WorkspaceId } from '@arcx/router'
import type { RequestTarget } from '@arcx/service-kit/request-target'
import { refuseUpgrade } from '@arcx/service-kit/upgrades'
import type { Addresses } from '../addresses.ts'
import { readCookie, writeCookie } from '../browser/cookies.ts'
import { browserHash } from '../entry/entry-codes.ts'
import type { EntryCodes } from '../entry/entry-codes.ts'
import type { ConnectedPerson } from './open-connections.ts'
import type { RequestHead, GatewayAccess } from './access.ts'
import { replyElsewhere, replyPage, replyPlain, tryAgain } from './replies.ts'
import type { Upstream } from './upstream.ts'

export interface OwnPathsDependencies {
  readonly addresses: Addresses
  readonly entryCodes: Pick<EntryCodes, 'redeem'>
  readonly collab: {
    /** What lets a window of a person's into team-state. */
    ticketFor(
      person: ConnectedPerson,
      workspaceId: WorkspaceId,
    ): Promise<Pick<CollabEntry, 'ticket' | 'may' | 'expiresAt'>>
  }
  /** Where team-state takes WebSockets; the gateway carries them there. */
  readonly collabUrl: string
}

type PathTarget = RequestTarget & { readonly kind: 'path' }

/** What a program that is no page's navigation is told. */
export const statusOf: Readonly<Record<'resting' | 'stranger' | 'moved', number>> = {
  resting: 503,
  stranger: 401,
  moved: 410,
}

/** Also what only looks like it, and leads elsewhere: nothing of that reaches the workspace. */
export const isOwn = (target: PathTarget, request: RequestHead): boolean =>
  target.path.startsWith('/_arcx/') || request.url?.startsWith('/_arcx/') === true

/** Paths that are the gateway's on every workspace's host; none of them reaches the workspace. */
export class OwnPaths {
  readonly #dependencies: OwnPathsDependencies
  readonly #access: GatewayAccess
  readonly #upstream: Upstream

  constructor(dependencies: OwnPathsDependencies, access: GatewayAccess, upstream: Upstream) {
    this.#dependencies = dependencies
    this.#access = access
    this.#upstream = upstream
  }

  async request(name: string, target: PathTarget, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request
    if (target.path === '/_arcx/collab/ticket' && method === 'POST') return this.#ticket(name, request, response)
    if (target.path === '/_arcx/page' && method === 'GET')
      return replyElsewhere(
        response,
        `${this.#dependencies.addresses.publicOrigin}/workspaces/${encodeURIComponent(name)}`,
      )
    if (target.path === '/_arcx/enter' && method === 'GET') return this.#enter(name, target, request, response)
    return replyPlain(response, 404, 'There is nothing here.')
  }

  /** A window's socket to team-state, which decides by the ticket that it shows. */
  async upgrade(
    workspaceId: WorkspaceId,
    target: PathTarget,
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
  ): Promise<void> {
    // It is normalised, so none climbs out of the workspace's own.
    const [, rest] = /^\/_arcx\/collab((?:\/.*)?)$/.exec(target.path) ?? []
    if (rest === undefined) return refuseUpgrade(socket, 404)
    request.url = `/workspaces/${workspaceId}${rest}${target.search}`
    // Held against the workspace's own origin here already.
    delete request.headers.origin
    delete request.headers.cookie
    await this.#upstream.upgradeTo(this.#dependencies.collabUrl, request, socket, head)
  }

  async #enter(name: string, { query }: PathTarget, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { addresses, entryCodes } = this.#dependencies
    const to = addresses.ownPath(query.get('to') ?? undefined)
    const nonce = readCookie(request.headers.cookie, 'arc_entry', addresses.secure)
    const claims = await entryCodes.redeem(query.get('code') ?? '')
    if (claims === null || claims.host !== addresses.workspaceOrigin(name)) {
      return replyPage(
        response,
        403,
        'This way in has expired',
        'It works once and for a short time only.',
        tryAgain(to),
      )
    }
    if (nonce === undefined || !equal(browserHash(nonce), claims.browser)) {
      return replyPage(
        response,
        403,
        'This way in is not yours',
        'It was made for another browser, or cookies are turned off.',
        tryAgain(to),
      )
    }
    response.writeHead(302, {
      location: to,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'set-cookie': [
        this.#access.cookieFor(claims.sessionId, claims.userId, claims.workspaceId),
        writeCookie('arc_entry', '', 0, addresses.secure),
      ],
    })
    response.end()
  }

  /**
   * For the window that asks: whose it is comes from its cookie, never from the workspace. One whose workspace has been
   * renamed is told so, and is let into team-state all the same: what was typed in it may not have got there yet.
   */
  async #ticket(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const access = await this.#access.of(name, request, false)
    if (access.kind !== 'open' && access.kind !== 'moved')
      return replyPlain(
        response,
        access.kind === 'refused' ? access.status : statusOf[access.kind],
        'Open the workspace from the dashboard first.',
      )
    const { ticket, may, expiresAt } = await this.#dependencies.collab.ticketFor(access.visitor, access.workspaceId)
    const { userId, login, name: personName } = access.visitor
    const body = JSON.stringify({
      ticket,
      may,
      expiresAt,
      userId,
      login,
      name: personName,
      incarnation: access.incarnation,
      renamed: access.kind === 'moved',
    })
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      .end(body)
  }
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
