import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ArcError } from '@arcx/router'
import type { SessionId, UserId, WorkspaceId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import { parseTarget } from '@arcx/service-kit/request-target'
import { refuseUpgrade } from '@arcx/service-kit/upgrades'
import type { Verdict, WorkspaceHosts } from '../entry/workspace-hosts.ts'
import { cleanRequest } from './forwarding.ts'
import { OpenConnections } from './open-connections.ts'
import { OwnPaths, isOwn, statusOf } from './own-paths.ts'
import type { OwnPathsDependencies } from './own-paths.ts'
import { GatewayAccess } from './access.ts'
import type { AccessDecision, GatewayAccessDependencies } from './access.ts'
import { replyElsewhere, replyPage, replyPlain, replyUnavailable, retryAfterOf } from './replies.ts'
import type { PageAction } from './replies.ts'
import { Upstream } from './upstream.ts'
import type { UpstreamDependencies } from './upstream.ts'
import { isNavigation, verdictOn } from './verdict.ts'

export interface GatewayDependencies extends GatewayAccessDependencies, OwnPathsDependencies, UpstreamDependencies {
  /** Whose word on that counts depends on which reverse proxies are trusted. */
  readonly proxies: { clientOf(request: IncomingMessage): string }
  readonly log: Log
}

/**
 * `name.DOMAIN` → the workspace's IDE, for whoever may open it. A workspace's host never sees the control plane's
 * session: a one-time code, bound to the person, the workspace, the host and the browser, is exchanged for a cookie
 * of that host alone.
 */
export class Gateway implements WorkspaceHosts {
  readonly #dependencies: GatewayDependencies
  readonly #access: GatewayAccess
  readonly #upstream: Upstream
  readonly #ownPaths: OwnPaths
  readonly #open = new OpenConnections()

  constructor(dependencies: GatewayDependencies) {
    this.#dependencies = dependencies
    this.#access = new GatewayAccess(dependencies)
    this.#upstream = new Upstream(dependencies)
    this.#ownPaths = new OwnPaths(dependencies, this.#access, this.#upstream)
  }

  get openConnections(): number {
    return this.#open.count
  }

  async request(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { addresses, log } = this.#dependencies
    try {
      const target = parseTarget(request.url)
      if (target.kind === 'invalid') return replyPlain(response, 400, 'That is no address of a workspace.')
      if (isOwn(target, request)) return await this.#ownPaths.request(name, target, request, response)
      const access = await this.#access.of(name, request, false)
      if (access.kind === 'open') {
        this.#open.add(access, response)
        this.#clean(request)
        return await this.#upstream.request(access.workspaceId, request, response)
      }
      const verdict = verdictOn(access, name, request, addresses)
      if (verdict.kind === 'elsewhere') return replyElsewhere(response, verdict.location, verdict.cookie)
      if (isNavigation(request)) return replyPage(response, verdict.status, 'Not here', verdict.message, this.#home())
      return replyPlain(response, verdict.status, verdict.message)
    } catch (error) {
      if (error instanceof ArcError && error.kind === 'Unavailable' && !response.headersSent) {
        log.warn({ err: error }, 'something that the gateway needs is away')
        return replyUnavailable(response, error, isNavigation(request))
      }
      log.error({ err: error }, 'the gateway failed')
      if (response.headersSent) response.destroy()
      else
        replyPage(response, 500, 'Something went wrong', 'The server could not pass this on. Try again.', this.#home())
    }
  }

  async upgrade(name: string, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    try {
      const target = parseTarget(request.url)
      if (target.kind === 'invalid') return refuseUpgrade(socket, 400)
      const access = await this.#access.of(name, request, true)
      const own = isOwn(target, request)
      if (access.kind !== 'open' && !(own && access.kind === 'moved')) {
        return refuseUpgrade(socket, statusFor(access))
      }
      this.#open.add(access, socket)
      // What ended while that was decided found nothing open yet.
      const now = await this.#access.of(name, request, true)
      if (socket.destroyed) return
      if (now.kind !== access.kind) return refuseUpgrade(socket, statusFor(now))
      this.#clean(request)
      if (own) return await this.#ownPaths.upgrade(access.workspaceId, target, request, socket, head)
      await this.#upstream.upgrade(access.workspaceId, request, socket, head)
    } catch (error) {
      this.#dependencies.log.debug({ err: error }, 'an upgrade could not be passed on')
      if (error instanceof ArcError && error.kind === 'Unavailable')
        refuseUpgrade(socket, 503, { 'Retry-After': retryAfterOf(error) })
      else socket.destroy()
    }
  }

  async judge(name: string, method: string, path: string, headers: IncomingHttpHeaders): Promise<Verdict> {
    // A proxy that asks leaves out `Upgrade`, which is for one hop (RFC 9110, section 7.6.1).
    const isUpgrade = headers['sec-websocket-key'] !== undefined
    const asked = { method, url: path, headers }
    const access = await this.#access.of(name, asked, isUpgrade)
    return access.kind === 'open'
      ? { kind: 'open', userId: access.visitor.userId }
      : verdictOn(access, name, asked, this.#dependencies.addresses)
  }

  /** A session has ended: so do its open connections. */
  endSession(sessionId: SessionId): void {
    this.#open.endSession(sessionId)
  }

  /** A workspace has stopped: its windows leave, and come back to it once it runs. */
  endWorkspace(workspaceId: WorkspaceId): void {
    this.#open.endWorkspace(workspaceId)
  }

  /** Somebody's rights have changed: what they may open no longer is closed, terminals and all. */
  recheck(userId: UserId): Promise<void> {
    return this.#open.recheck(userId, (visitor, name) => this.#dependencies.admission.admit(visitor, name))
  }

  close(): void {
    this.#open.close()
    this.#upstream.close()
  }

  #clean(request: IncomingMessage): void {
    const { addresses, proxies } = this.#dependencies
    cleanRequest(request.headers, proxies.clientOf(request), addresses.secure)
  }

  #home(): PageAction {
    return { label: 'To the dashboard', href: `${this.#dependencies.addresses.publicOrigin}/dashboard` }
  }
}

/** Of an upgrade that does not pass; one that would now is to be tried again. */
function statusFor(access: AccessDecision): number {
  if (access.kind === 'refused') return access.status
  return access.kind === 'open' ? statusOf.resting : statusOf[access.kind]
}
