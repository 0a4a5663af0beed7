import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** What lets somebody's program into team-state: who, in which workspace, with which right, until when. */
export const CollabTicket = z.object({
  userId: z.uuid(),
  /** What it was asked for with: when that ends, so does what it has opened. */
  by: z.object({ via: z.enum(['session', 'token']), id: z.uuid() }),
  login: z.string(),
  name: z.string(),
  workspaceId: z.uuid(),
  /** Whose the workspace is. */
  teamId: z.uuid().nullable(),
  may: z.enum(['read', 'write']),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
})
export type CollabTicket = z.infer<typeof CollabTicket>

/** Tickets that one service issues and another takes; the internal token is what both know. */
export class Tickets {
  readonly #key: Buffer

  constructor(internalToken: string) {
    this.#key = Buffer.from(hkdfSync('sha256', internalToken, 'arcx', 'collab ticket', 32))
  }

  issue(ticket: CollabTicket): string {
    const body = Buffer.from(JSON.stringify(ticket)).toString('base64url')
    return `${body}.${this.#sign(body)}`
  }

  /** `null` for what was not issued here, or is over. */
  read(text: string): CollabTicket | null {
    if (text.length > 2000) return null
    const [body = '', given = ''] = text.split('.', 2)
    // The text itself is compared: several texts decode to the same bytes.
    const [a, b] = [Buffer.from(text), Buffer.from(`${body}.${this.#sign(body)}`)]
    if (given === '' || a.length !== b.length || !timingSafeEqual(a, b)) return null
    // One of another version of arcx may be signed and yet be none.
    const { data: ticket } = CollabTicket.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
    return ticket !== undefined && ticket.expiresAt > Date.now() ? ticket : null
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url')
  }
}
