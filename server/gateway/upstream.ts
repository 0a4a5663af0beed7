import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createProxyServer } from 'httpxy'
import type { WorkspaceId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import { refuseUpgrade } from '@arcx/service-kit/upgrades'
import { Agents } from './agents.ts'
import { hasSoundFraming, isSoundUpgrade, keepHeaderBytes, passOn } from './answers.ts'
import { carryEnds } from './ends.ts'
import { replyPage, tryAgain } from './replies.ts'

export interface UpstreamDependencies {
  /** @throws where the workspace does not answer. */
  readonly connection: { dialIde(workspaceId: WorkspaceId): Promise<Socket> }
  readonly log: Log
}

/** Requests and upgrades passed on, and hostile answers to them passed back. */
export class Upstream {
  readonly #log: Log
  readonly #agents: Agents
  readonly #proxy = createProxyServer({ xfwd: false, selfHandleResponse: true })
  /** Upgrades that have an answer: what goes wrong with them from there on can only be shown by a reset. */
  readonly #answered = new WeakSet<Socket>()

  constructor({ connection, log }: UpstreamDependencies) {
    this.#log = log
    this.#agents = new Agents((workspaceId) => connection.dialIde(workspaceId))
    this.#proxy.on('proxyRes', (answer, _asked, response) => {
      if (hasSoundFraming(answer)) return passOn(answer, response)
      answer.destroy()
      notUnderstood(response)
    })
    this.#proxy.on('proxyReq', (request, _asked, response) => {
      // Nobody asked for one; without a listener Node drops it, and the visitor would wait for ever.
      request.on('upgrade', (_answer, upstream) => {
        upstream.destroy()
        notUnderstood(response)
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

  async request(workspaceId: WorkspaceId, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#proxy.web(request, response, {
      target: { host: 'workspace' },
      agent: this.#agents.of(workspaceId),
    })
  }

  async upgrade(workspaceId: WorkspaceId, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const agent = this.#agents.of(workspaceId)
    await this.#proxy.ws(request, socket, { target: { host: 'workspace' }, agent }, head)
  }

  /** To a service of ours, which takes it as it would any. */
  async upgradeTo(url: string, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    await this.#proxy.ws(request, socket, { target: url }, head)
  }

  close(): void {
    this.#agents.close()
  }

  #unreachable(error: Error, to: ServerResponse | Socket | undefined): void {
    this.#log.debug({ err: error }, 'a workspace could not be reached')
    if (to === undefined) return
    try {
      if ('writeHead' in to) {
        if (to.headersSent) to.destroy()
        else
          replyPage(
            to,
            502,
            'The workspace does not answer',
            'It may be starting or stopping. Try again in a moment.',
            tryAgain(),
          )
      } else if (this.#answered.has(to)) to.resetAndDestroy()
      else refuseUpgrade(to, 502)
    } catch {
      to.destroy()
    }
  }
}

function notUnderstood(response: ServerResponse): void {
  replyPage(
    response,
    502,
    'The workspace answered in a way that is no HTTP',
    'What listens there has sent an answer that cannot be passed on. Try again, or restart it.',
    tryAgain(),
  )
}
