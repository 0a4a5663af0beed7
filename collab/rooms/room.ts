import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { PresencePlace, TeamId, UserId, WorkspaceId } from '@arcx/router'
import type { PresenceChange } from '@arcx/router'
import { guarded } from '@arcx/service-kit/guarded'
import type { Presence } from '@arcx/presence/presence'
import type { View } from '@arcx/presence/registry'
import type { Topic } from '@arcx/presence/topic-changes'
import type { CollabTicket } from '@arcx/router/collab-ticket'
import type { WebSocket } from 'ws'
import { closeCodes } from '../documents/messages.ts'

/** Changes within this time are sent together. */
const gatherMs = 100
const maxWaitingBytes = 1024 * 1024

const ClientMessage = z.strictObject({
  type: z.literal('here'),
  file: PresencePlace.shape.file,
  line: PresencePlace.shape.line,
  typing: PresencePlace.shape.typing,
  state: PresencePlace.shape.state,
})

/** Connection of an editor window in a workspace: receives its presence and sends that of the others (JSON, both ways). */
export class RoomConnection {
  readonly ticket: CollabTicket
  may: CollabTicket['may']
  readonly #socket: WebSocket
  readonly #presence: Presence
  readonly #key = randomUUID()
  readonly #stopListening: () => void
  #timer: NodeJS.Timeout | null = null
  #version = -1

  constructor(socket: WebSocket, ticket: CollabTicket, presence: Presence) {
    this.#socket = socket
    this.ticket = ticket
    this.may = ticket.may
    this.#presence = presence
    this.#stopListening = presence.registry.listen(this.#topics(), () => this.#scheduleChanges())
    this.#setPresence({})
    this.#sendChanges()
  }

  receive(bytes: Uint8Array): void {
    const message = ClientMessage.safeParse(parsed(bytes))
    if (!message.success) return this.close(closeCodes.malformed, 'no message of this protocol')
    const { type: _type, ...place } = message.data
    this.#setPresence(place)
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  leave(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#stopListening()
    this.#presence.end(this.#key)
  }

  #setPresence(place: Partial<Omit<PresencePlace, 'client' | 'workspaceId'>>): void {
    const { userId, login, name, teamId, workspaceId } = this.ticket
    this.#presence.set({
      key: this.#key,
      userId: UserId.parse(userId),
      login,
      name,
      agent: null,
      teamId: teamId === null ? null : TeamId.parse(teamId),
      place: PresencePlace.parse({ ...place, client: 'ide', workspaceId: WorkspaceId.parse(workspaceId) }),
    })
  }

  #scheduleChanges(): void {
    const send = () => {
      this.#timer = null
      this.#sendChanges()
    }
    this.#timer ??= setTimeout(
      guarded(send, () => this.#socket.terminate()),
      gatherMs,
    )
  }

  #sendChanges(): void {
    // A client that does not read gets the changes later, as they are then.
    if (this.#socket.bufferedAmount > maxWaitingBytes) return this.#scheduleChanges()
    const { registry } = this.#presence
    const { workspaceId } = this.ticket
    const view: View = ({ place }) => (place.workspaceId === workspaceId ? place : null)
    const changed = this.#version < 0 ? null : registry.changedSince(this.#version, this.#topics())
    this.#version = registry.version
    if (changed === null) return this.#send({ type: 'snapshot', present: registry.everybody(this.#topics(), view) })
    for (const { id, before } of changed) {
      const present = registry.person(id, view)
      if (present !== undefined) this.#send({ type: 'here', present })
      else if (before.some((entry) => view(entry) !== null)) this.#send({ type: 'gone', id })
    }
  }

  #topics(): readonly Topic[] {
    return [`workspace ${this.ticket.workspaceId}`]
  }

  #send(change: PresenceChange): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(change))
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}
