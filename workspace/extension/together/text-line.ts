import { readVarString } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding'
import { WebsocketProvider } from 'y-websocket'
import { Doc } from 'yjs'
import { DiskAnswer, diskMessage } from '@arcx/collab/text/protocol'
import type { DiskAsked } from '@arcx/collab/text/protocol'
import type { SessionClient } from './session-client.ts'

const answerMs = 10_000

type Question = DiskAsked extends infer Asked ? (Asked extends DiskAsked ? Omit<Asked, 'number'> : never) : never

/** One text's connection to team-state, which comes back by itself. */
export class TextLine {
  readonly doc = new Doc()
  readonly provider: WebsocketProvider
  readonly #waiting = new Map<number, { resolve(answer: DiskAnswer): void; reject(error: Error): void }>()
  readonly #session: Pick<SessionClient, 'socketUrl' | 'identity'>
  #number = 0
  /** How many changes were made here, and how many of them team-state has stored. */
  #changes = { made: 0, stored: 0 }

  /** `WebSocketClass`: where the surroundings have none of their own. */
  constructor(session: Pick<SessionClient, 'socketUrl' | 'identity'>, path: string, WebSocketClass?: typeof WebSocket) {
    this.#session = session
    const params = Object.defineProperty({}, 'ticket', { enumerable: true, get: () => session.identity.ticket })
    this.provider = new WebsocketProvider(session.socketUrl, encodeURIComponent(path), this.doc, {
      params,
      disableBc: true,
      maxBackoffTime: 2500,
      ...(WebSocketClass === undefined ? {} : { WebSocketPolyfill: WebSocketClass }),
    })
    this.provider.messageHandlers[diskMessage] = (_encoder, decoder) => {
      const answer = DiskAnswer.parse(JSON.parse(readVarString(decoder)))
      this.#waiting.get(answer.number)?.resolve(answer)
    }
    this.doc.on('update', (_update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider) this.#changes.made += 1
    })
    this.provider.on('connection-close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The connection broke.'))
    })
  }

  get isConnected(): boolean {
    return this.provider.wsconnected && this.provider.synced
  }

  /** Whether team-state has stored what was written here so far; of one who may only read it takes nothing. */
  async isStored(): Promise<boolean> {
    const { made, stored } = this.#changes
    if (stored === made || this.#session.identity.may === 'read') return true
    const answer = await this.ask({ type: 'flush' }).catch(() => null)
    if (answer?.type !== 'flushed') return false
    this.#changes.stored = made
    return made === this.#changes.made
  }

  /** @throws where there is no connection, or none that answers. */
  ask(question: Question): Promise<DiskAnswer> {
    const socket = this.provider.ws
    if (socket === null || !this.isConnected) return Promise.reject(new Error('There is no connection.'))
    this.#number += 1
    const number = this.#number
    const encoder = createEncoder()
    writeVarUint(encoder, diskMessage)
    writeVarString(encoder, JSON.stringify({ ...question, number }))
    return new Promise<DiskAnswer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('There was no answer.')), answerMs)
      this.#waiting.set(number, {
        resolve(answer) {
          clearTimeout(timer)
          resolve(answer)
        },
        reject(error) {
          clearTimeout(timer)
          reject(error)
        },
      })
      socket.send(toUint8Array(encoder))
    }).finally(() => this.#waiting.delete(number))
  }

  close(): void {
    this.provider.destroy()
    this.doc.destroy()
  }
}
