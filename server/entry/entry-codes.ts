import { createHash } from 'node:crypto'
import { z } from 'zod'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import type { Codes } from '../credentials/codes.ts'

const lifetimeSeconds = 30

/** What an entry code is bound to. */
const EntryClaims = z.object({
  sessionId: SessionId,
  userId: UserId,
  workspaceId: WorkspaceId,
  host: z.string(),
  /** Hash of the cookie that the browser got on the workspace's host before it asked. */
  browser: z.string(),
})
export type EntryClaims = z.infer<typeof EntryClaims>

export const browserHash = (nonce: string): string => createHash('sha256').update(nonce).digest('base64url')

/** One-time codes by which a browser that is signed in at the control plane comes into a workspace's host. */
export class EntryCodes {
  readonly #codes: Codes

  constructor(codes: Codes) {
    this.#codes = codes
  }

  issue(claims: EntryClaims): Promise<string> {
    return this.#codes.issue('workspace-entry', claims, lifetimeSeconds)
  }

  /** `null` for one that is none, was used, or is over. */
  redeem(code: string): Promise<EntryClaims | null> {
    return this.#codes.redeem('workspace-entry', code, EntryClaims)
  }
}
