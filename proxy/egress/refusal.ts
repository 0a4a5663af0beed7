import { STATUS_CODES } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Why a call is not let through; told to the program that made it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** A text at `error`: package managers print it, and so do the SDKs of AI providers. */
const bodyOf = ({ code, message }: Refusal) => JSON.stringify({ error: `arcx: ${message}`, code })

/** Says why, in a form that programs and people read. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal)
  response.writeHead(refusal.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-arcx-refused': refusal.code, connection: 'close' }).end(body)
}

/** The same where no response has been made yet: of a tunnel or an upgrade. */
export function refuseUpgrade(socket: Socket, refusal: Refusal): void {
  const body = bodyOf(refusal)
  socket.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? 'Refused'}\r\nContent-Type: application/json\r\nX-Arcx-Refused: ${refusal.code}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
