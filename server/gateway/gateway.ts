import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer } from 'httpxy'
import type { CollabEntry, SessionId, UserId, WorkspaceId } from '@arcx/router'
import { ArcError } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import { parseTarget } from '@arcx/service-kit/request-target'
import type { RequestTarget } from '@arcx/service-kit/request-target'
import { refuseUpgrade } from '@arcx/service-kit/upgrades'
import { readCookie, writeCookie } from '../browser/cookies.ts'
import { messagePage, pageHeaders } from '../browser/page.ts'
import { browserHash } from '../entry/entry-codes.ts'
import type { EntryCodes } from '../entry/entry-codes.ts'
import type { Verdict, WorkspaceHosts } from '../entry/workspace-hosts.ts'
import { Agents } from './agents.ts'
import { hasSoundFraming, isSoundUpgrade, keepHeaderBytes, ownAnswer, passOn } from './answers.ts'
import { carryEnds } from './ends.ts'
import { cleanRequest } from './forwarding.ts'
import { OpenConnections } from './open-connections.ts'
import type { ConnectedPerson } from './open-connections.ts'
import { Passages } from './passage.ts'
import type { AskedOf, PassageDependencies } from './passage.ts'

const entrySeconds = 120
const plainHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

export interface GatewayDependencies extends PassageDependencies {
  readonly entryCodes: Pick<EntryCodes, 'redeem'>
  /** @throws where the workspace does not answer. */
  readonly connection: { dialIde(workspaceId: WorkspaceId): Promise<Socket> }
  readonly collab: {
    /** What lets a window of a person's into team-state. */
    ticketFor(
      person: ConnectedPerson,
      workspaceId: WorkspaceId,
    ): Promise<Pick<CollabEntry, 'ticket' | 'may' | 'expiresAt'>>
  }
  /** Where team-state takes WebSockets; the gateway carries them there. */
  readonly collabUrl: string
  /** Whose word on that counts depends on which reverse proxies are trusted. */
  readonly proxies: { clientOf(request: IncomingMessage): string }
  readonly log: Log
}

/** What a program that is no page's navigation is told. */
const statusOf: Readonly<Record<'resting' | 'stranger' | 'moved', number>> = { resting: 503, stranger: 401, moved: 410 }

type OwnTarget = RequestTarget & { readonly kind: 'path' }

/**
 * `name.DOMAIN` → the workspace's IDE, for whoever may open it. A workspace's host never sees the control plane's
 * session: a one-time code, bound to the person, the workspace, the host and the browser, is exchanged for a cookie
 * of that host alone.
 */
export class Gateway implements WorkspaceHosts {
  readonly #dependencies: GatewayDependencies
  readonly #passages: Passages
  readonly #proxy = createProxyServer({ xfwd: false, selfHandleResponse: true })
  readonly #agents: Agents
  readonly #open = new OpenConnections()
  /** Upgrades that have an answer: what goes wrong with them from there on can only be shown by a reset. */
  readonly #answered = new WeakSet<Socket>()

  constructor(dependencies: GatewayDependencies) {
    this.#dependencies = dependencies
    this.#passages = new Passages(dependencies)
    this.#agents = new Agents((workspaceId) => dependencies.connection.dialIde(workspaceId))
    this.#proxy.on('proxyRes', (answer, _asked, response) => {
      if (hasSoundFraming(answer)) return passOn(answer, response)
      answer.destroy()
      this.#notUnderstood(response)
    })
    this.#proxy.on('proxyReq', (request, _asked, response) => {
      // Nobody asked for one; without a listener Node drops it, and the visitor would wait for ever.
      request.on('upgrade', (_answer, upstream) => {
        upstream.destroy()
        this.#notUnderstood(response)
      })
    })
    this.#proxy.on('proxyReqWs', (request, _asked, socket) => {
      keepHeaderBytes(socket)
      request.prependListener('upgrade', (answer, upstream) => {
        this.#answered.add(socket)
        carryEnds(socket, upstream)
        if (isSoundUpgrade(answer)) return
        refuseUpgrade(socket, 502)
        upstream.destroy()
      })
      request.prependListener('response', (answer) => {
        this.#answered.add(socket)
        if (!hasSoundFraming(answer)) refuseUpgrade(socket, 502)
      })
    })
    this.#proxy.on('error', (error, _request, to) => this.#unreachable(error, to))
  }

  #unreachable(error: Error, to: ServerResponse | Socket | undefined): void {
    this.#dependencies.log.debug({ err: error }, 'a workspace could not be reached')
    if (to === undefined) return
    try {
      if ('writeHead' in to) {
        if (to.headersSent) to.destroy()
        else
          this.#page(
            to,
            502,
            'The workspace does not answer',
            'It may be starting or stopping. Try again in a moment.',
            { label: 'Try again', href: '' },
          )
      } else if (this.#answered.has(to)) to.resetAndDestroy()
      else refuseUpgrade(to, 502)
    } catch {
      to.destroy()
    }
  }

  #notUnderstood(response: ServerResponse): void {
    this.#page(
      response,
      502,
      'The workspace answered in a way that is no HTTP',
      'What listens there has sent an answer that cannot be passed on. Try again, or restart it.',
      { label: 'Try again', href: '' },
    )
  }

  get openConnections(): number {
    return this.#open.count
  }

  async request(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const target = parseTarget(request.url)
      if (target.kind === 'invalid') return this.#plain(response, 400, 'That is no address of a workspace.')
      if (isOwn(target, request)) return await this.#ownPath(name, target, request, response)
      const passage = await this.#passages.of(name, request, false)
      switch (passage.kind) {
        case 'open': {
          this.#open.add(passage, response)
          cleanRequest(
            request.headers,
            this.#dependencies.proxies.clientOf(request),
            this.#dependencies.addresses.secure,
          )
          await this.#proxy.web(request, response, {
            target: { host: 'workspace' },
            agent: this.#agents.of(passage.workspaceId),
          })
          return
        }
        case 'resting':
          return isNavigation(request)
            ? this.#toOpening(name, request, response)
            : this.#plain(response, 503, 'The workspace is not running.')
        case 'moved':
          if (!isNavigation(request)) return this.#plain(response, 410, 'The workspace has been renamed.')
          response
            .writeHead(302, { location: this.#movedUrl(name, passage.name, request.url), 'cache-control': 'no-store' })
            .end()
          return
        case 'stranger':
          return isNavigation(request)
            ? this.#toEntry(name, request, response)
            : this.#plain(response, 401, 'Open the workspace from the dashboard first.')
        case 'refused':
          return isNavigation(request)
            ? this.#page(response, passage.status, 'Not here', passage.message, this.#home())
            : this.#plain(response, passage.status, passage.message)
      }
    } catch (error) {
      if (error instanceof ArcError && error.kind === 'Unavailable' && !response.headersSent)
        return this.#unavailable(error, request, response)
      this.#dependencies.log.error({ err: error }, 'the gateway failed')
      if (!response.headersSent)
        this.#page(response, 500, 'Something went wrong', 'The server could not pass this on. Try again.', this.#home())
      else response.destroy()
    }
  }

  async upgrade(name: string, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    try {
      const target = parseTarget(request.url)
      if (target.kind === 'invalid') return refuseUpgrade(socket, 400)
      const passage = await this.#passages.of(name, request, true)
      const own = isOwn(target, request)
      if (passage.kind !== 'open' && !(own && passage.kind === 'moved')) {
        return refuseUpgrade(socket, passage.kind === 'refused' ? passage.status : statusOf[passage.kind])
      }
      this.#open.add(passage, socket)
      cleanRequest(request.headers, this.#dependencies.proxies.clientOf(request), this.#dependencies.addresses.secure)
      if (own) return await this.#carry(passage.workspaceId, target, request, socket, head)
      await this.#proxy.ws(
        request,
        socket,
        { target: { host: 'workspace' }, agent: this.#agents.of(passage.workspaceId) },
        head,
      )
    } catch (error) {
      this.#dependencies.log.debug({ err: error }, 'an upgrade could not be passed on')
      if (error instanceof ArcError && error.kind === 'Unavailable')
        refuseUpgrade(socket, 503, { 'Retry-After': retryAfterOf(error) })
      else socket.destroy()
    }
  }

  /** A session has ended: so do its open connections. */
  endSession(sessionId: SessionId): void {
    this.#open.endSession(sessionId)
  }

  /** A workspace has stopped: its windows leave, and come back to it once it runs. */
  endWorkspace(workspaceId: WorkspaceId): void {
    this.#open.endWorkspace(workspaceId)
  }

  /** The same verdict for an edge that asks before it passes a request on by itself (Traefik's ForwardAuth). */
  async judge(name: string, method: string, path: string, headers: IncomingHttpHeaders): Promise<Verdict> {
    // A proxy that asks leaves out `Upgrade`, which is for one hop (RFC 9110, section 7.6.1).
    const isUpgrade = headers['sec-websocket-key'] !== undefined
    const asked = { method, url: path, headers }
    const passage = await this.#passages.of(name, asked, isUpgrade)
    switch (passage.kind) {
      case 'open':
        return { kind: 'open', userId: passage.visitor.userId }
      case 'resting':
        return isNavigation(asked)
          ? { kind: 'elsewhere', location: this.#openingUrl(name, path), cookie: null }
          : { kind: 'refused', status: 503, message: 'The workspace is not running.' }
      case 'moved':
        if (!isNavigation(asked)) return { kind: 'refused', status: 410, message: 'The workspace has been renamed.' }
        return { kind: 'elsewhere', location: this.#movedUrl(name, passage.name, path), cookie: null }
      case 'stranger': {
        if (!isNavigation(asked))
          return { kind: 'refused', status: 401, message: 'Open the workspace from the dashboard first.' }
        const { location, cookie } = this.#entry(name, path)
        return { kind: 'elsewhere', location, cookie }
      }
      case 'refused':
        return passage
    }
  }

  /** Somebody's rights have changed: what they may open no longer is closed, terminals and all. */
  recheck(userId: UserId): Promise<void> {
    return this.#open.recheck(userId, (visitor, name) => this.#dependencies.admission.admit(visitor, name))
  }

  close(): void {
    this.#open.close()
    this.#agents.close()
  }

  /** A window's socket to team-state, which decides by the ticket that it shows. */
  async #carry(
    workspaceId: WorkspaceId,
    target: OwnTarget,
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
    await this.#proxy.ws(request, socket, { target: this.#dependencies.collabUrl }, head)
  }

  /** Paths that are the gateway's on every workspace's host; none of them reaches the workspace. */
  async #ownPath(
    name: string,
    { path, query }: OwnTarget,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { addresses } = this.#dependencies
    if (path === '/_arcx/collab/ticket' && request.method === 'POST') return this.#ticket(name, request, response)
    if (path === '/_arcx/page' && request.method === 'GET') {
      response.writeHead(302, {
        location: `${addresses.publicOrigin}/workspaces/${encodeURIComponent(name)}`,
        'cache-control': 'no-store',
      })
      return void response.end()
    }
    if (path !== '/_arcx/enter' || request.method !== 'GET') return this.#plain(response, 404, 'There is nothing here.')
    const to = addresses.ownPath(query.get('to') ?? undefined)
    const again = { label: 'Try again', href: to }
    const nonce = readCookie(request.headers.cookie, 'arc_entry', addresses.secure)
    const claims = await this.#dependencies.entryCodes.redeem(query.get('code') ?? '')
    if (claims === null || claims.host !== addresses.workspaceOrigin(name)) {
      return this.#page(response, 403, 'This way in has expired', 'It works once and for a short time only.', again)
    }
    if (nonce === undefined || !equal(browserHash(nonce), claims.browser)) {
      return this.#page(
        response,
        403,
        'This way in is not yours',
        'It was made for another browser, or cookies are turned off.',
        again,
      )
    }
    response.writeHead(302, {
      location: to,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'set-cookie': [
        this.#passages.cookieFor(claims.sessionId, claims.userId, claims.workspaceId),
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
    const passage = await this.#passages.of(name, request, false)
    if (passage.kind !== 'open' && passage.kind !== 'moved')
      return this.#plain(
        response,
        passage.kind === 'refused' ? passage.status : statusOf[passage.kind],
        'Open the workspace from the dashboard first.',
      )
    const { ticket, may, expiresAt } = await this.#dependencies.collab.ticketFor(passage.visitor, passage.workspaceId)
    const { userId, login, name: personName } = passage.visitor
    const body = JSON.stringify({
      ticket,
      may,
      expiresAt,
      userId,
      login,
      name: personName,
      incarnation: passage.incarnation,
      renamed: passage.kind === 'moved',
    })
    response
      .writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      .end(body)
  }

  #toEntry(name: string, request: IncomingMessage, response: ServerResponse): void {
    const { location, cookie } = this.#entry(name, request.url)
    response.writeHead(302, {
      location,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'set-cookie': cookie,
    })
    response.end()
  }

  #entry(name: string, path: string | undefined): { readonly location: string; readonly cookie: string } {
    const { addresses } = this.#dependencies
    const nonce = randomBytes(24).toString('base64url')
    const query = new URLSearchParams({ name, to: addresses.ownPath(path), browser: browserHash(nonce) })
    return {
      location: `${addresses.publicOrigin}/auth/workspace?${query}`,
      cookie: writeCookie('arc_entry', nonce, entrySeconds, addresses.secure),
    }
  }

  /** The control plane's page that starts it, shows how that goes and comes back here. */
  #toOpening(name: string, request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(302, { location: this.#openingUrl(name, request.url), 'cache-control': 'no-store' })
    response.end()
  }

  #openingUrl(name: string, path: string | undefined): string {
    const { addresses } = this.#dependencies
    return `${addresses.publicOrigin}/open/${name}?${new URLSearchParams({ to: addresses.ownPath(path) })}`
  }

  /** The same path under a workspace's new name, where addresses in it name the host too. */
  #movedUrl(name: string, now: string, path: string | undefined): string {
    const { addresses } = this.#dependencies
    const [from, to] = [name, now].map((each) => addresses.workspaceOrigin(each))
    const url = new URL(addresses.ownPath(path), to)
    const [fromHost, toHost] = [from, to].map((origin) => `vscode-remote://${new URL(origin ?? '').host}/`)
    const values = [...url.searchParams].map(([key, value]) => [key, value.replaceAll(fromHost ?? '', toHost ?? '')])
    url.search = new URLSearchParams(values).toString()
    return url.href
  }

  #home(): { label: string; href: string } {
    return { label: 'To the dashboard', href: `${this.#dependencies.addresses.publicOrigin}/dashboard` }
  }

  #page(
    response: ServerResponse,
    status: number,
    title: string,
    message: string,
    action: { label: string; href: string },
    headers: Readonly<Record<string, string>> = {},
  ): void {
    ownAnswer(response, status, { ...pageHeaders, ...headers }, messagePage(title, message, action))
  }

  #unavailable(error: ArcError, request: IncomingMessage, response: ServerResponse): void {
    this.#dependencies.log.warn({ err: error }, 'something that the gateway needs is away')
    const wait = { 'retry-after': retryAfterOf(error) }
    if (isNavigation(request))
      this.#page(response, 503, 'Not at the moment', error.message, { label: 'Try again', href: '' }, wait)
    else this.#plain(response, 503, error.message, wait)
  }

  #plain(
    response: ServerResponse,
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    ownAnswer(response, status, { ...plainHeaders, ...headers }, message)
  }
}

const retryAfterOf = (error: ArcError) => String(error.details['retryAfterSeconds'] ?? 5)
/** Also what only looks like it, and leads elsewhere: nothing of that reaches the workspace. */
const isOwn = (target: OwnTarget, request: AskedOf) =>
  target.path.startsWith('/_arcx/') || request.url?.startsWith('/_arcx/') === true

function isNavigation(request: AskedOf): boolean {
  if (request.method !== 'GET') return false
  const mode = request.headers['sec-fetch-mode']
  return mode === undefined ? (request.headers.accept ?? '').includes('text/html') : mode === 'navigate'
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
