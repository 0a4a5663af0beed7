import { vi, expect } from 'vitest'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import { Doc } from 'yjs'
import type { WorkspaceId } from '@arcx/router'
import type { Person } from './person.ts'

/** Somebody at a text, by a stock client as it comes from npm. */
export interface Writer {
  readonly provider: WebsocketProvider
  readonly doc: Doc
  text(): string
  write(at: number, words: string): void
  close(): void
}

/** `port`: of another copy of team-state than the one that the ticket names. */
export async function connectWriter(
  person: Person,
  workspaceId: WorkspaceId,
  path: string,
  { port, doc = new Doc() }: { port?: number; doc?: Doc } = {},
): Promise<Writer> {
  const { url, ticket } = await person.api.collab.ticket.mutate({ workspaceId })
  const at = new URL(url)
  if (port !== undefined) at.port = String(port)
  const provider = new WebsocketProvider(at.href, encodeURIComponent(path), doc, {
    params: { ticket },
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
    maxBackoffTime: 200,
  })
  await vi.waitFor(() => expect(provider.synced).toBe(true), { timeout: 10_000 })
  const shared = doc.getText('content')
  return {
    provider,
    doc,
    text: () => shared.toString(),
    write: (index, words) => shared.insert(index, words),
    close: () => provider.destroy(),
  }
}
