import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { UserId } from '@arcx/router'

/** What is to become of a request at a workspace's host. */
export type Verdict =
  | { readonly kind: 'open'; readonly userId: UserId }
  | { readonly kind: 'elsewhere'; readonly location: string; readonly cookie: string | null }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }

/** What the edge hands on: everything at the hosts of workspaces. */
export interface WorkspaceHosts {
  request(name: string, request: IncomingMessage, response: ServerResponse): Promise<void>
  upgrade(name: string, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>
  /** The same verdict for an edge that asks before it passes a request on by itself (Traefik's ForwardAuth). */
  judge(name: string, method: string, path: string, headers: IncomingHttpHeaders): Promise<Verdict>
}
