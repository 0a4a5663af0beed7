import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { LiveList } from '../live-list.ts'

export interface BodyTimes {
  /** For a body that is answered here, from the request's first byte to its last. */
  readonly wholeMs: number
  /** For one that is passed on, between two pieces. */
  readonly idleMs: number
  /** For what is left of a body whose request has been answered. */
  readonly restMs: number
  /** For an answer that nobody reads. */
  readonly unreadMs: number
}

export const bodyTimes: BodyTimes = { wholeMs: 30_000, idleMs: 60_000, restMs: 5000, unreadMs: 300_000 }

interface Watched {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The one it came by: a request that has been given up names none any more. */
  readonly socket: Socket
  forget(): void
  readonly isForwarded: boolean
  readonly since: number
  answeredAt: number | null
  movedAt: number
  moved: number
}

const sweepMs = 500
const lingerMs = 1000

/** Ends requests whose bodies are sent too slowly, and answers that are not read. */
export class BodyWatch {
  readonly #times: BodyTimes
  readonly #watched = new LiveList<Watched>()
  readonly #onFailed: (error: unknown) => void
  readonly #timer: NodeJS.Timeout

  /** `onFailed` is told of a request that could not be looked at; it is watched no more. */
  constructor(times: BodyTimes, onFailed: (error: unknown) => void) {
    this.#times = times
    this.#onFailed = onFailed
    this.#timer = setInterval(() => this.#look(), sweepMs).unref()
  }

  /** `isForwarded`: it goes on to a workspace, for as long as that takes. */
  add(request: IncomingMessage, response: ServerResponse, isForwarded: boolean): void {
    const now = Date.now()
    const { socket } = request
    const forget = () => {
      remove()
      response.off('close', closed)
    }
    const watched: Watched = {
      request,
      response,
      socket,
      isForwarded,
      forget,
      since: now,
      answeredAt: null,
      movedAt: now,
      moved: 0,
    }
    const remove = this.#watched.add(watched)
    // Nearly always that is the last of it. Where it is not, the next look forgets it: a request that was given up is not
    // over, as the rest of its body stands before the next one of its connection.
    const closed = () => {
      if (isOver(watched)) forget()
    }
    response.on('close', closed)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = Date.now()
    for (const watched of this.#watched) {
      try {
        this.#lookAt(watched, now)
      } catch (error) {
        watched.forget()
        this.#onFailed(error)
      }
    }
  }

  #lookAt(watched: Watched, now: number): void {
    const { request, response, socket } = watched
    if (isOver(watched)) watched.forget()
    else if (request.complete) this.#lookAtAnswer(watched, now)
    else if (this.#isLate(watched, now)) {
      watched.forget()
      if (!response.headersSent)
        socket.end(
          'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 51\r\n\r\nThe body of this request did not come within time.\n',
        )
      setTimeout(() => socket.destroy(), response.headersSent ? 0 : lingerMs).unref()
    }
  }

  #isLate(watched: Watched, now: number): boolean {
    const { request, response, socket, isForwarded, since } = watched
    const { wholeMs, idleMs, restMs } = this.#times
    if (response.writableFinished) {
      watched.answeredAt ??= now
      return now - watched.answeredAt > restMs
    }
    if (!isForwarded) return now - since > wholeMs
    // Whoever is not read cannot send.
    if (socket.bytesRead !== watched.moved || request.readableFlowing === false) {
      watched.moved = socket.bytesRead
      watched.movedAt = now
    }
    return now - watched.movedAt > idleMs
  }

  /** Of a workspace's answer the reader is somebody who may open it, and may stop for as long as they like. */
  #lookAtAnswer(watched: Watched, now: number): void {
    const { socket, isForwarded } = watched
    if (isForwarded || socket.writableLength === 0 || socket.bytesWritten !== watched.moved) {
      watched.moved = socket.bytesWritten
      watched.movedAt = now
    } else if (now - watched.movedAt > this.#times.unreadMs) socket.destroy()
  }
}

const isOver = ({ request, response, socket }: Watched): boolean =>
  socket.destroyed || (request.complete && response.writableFinished)
